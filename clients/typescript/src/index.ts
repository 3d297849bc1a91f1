export { createClient } from "./client.js";
export type { ExamClient, ExamClientOptions, Path, Reply, Schema } from "./client.js";
export { ApiError, ConnectionLostError } from "./errors.js";
export type { ErrorBody } from "./errors.js";
export type { components, operations, paths } from "./generated/schema.js";
export { memoryTokens } from "./tokens.js";
export type { Tokens, TokenStore } from "./tokens.js";
