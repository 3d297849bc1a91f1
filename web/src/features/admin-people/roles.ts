import { texts } from "./texts";

export type Role = "user" | "admin" | "user,admin";

/** The name of a role. */
export function roleName(role: string): string {
  const text = texts();
  const names: Record<string, string> = { user: text.user, admin: text.admin, "user,admin": text.both };
  return names[role] ?? role;
}

export function roleOptions(): { value: Role; text: string }[] {
  return (["user", "admin", "user,admin"] as const).map((value) => ({ value, text: roleName(value) }));
}
