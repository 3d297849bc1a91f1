/** The tokens of one sign-in. */
export interface Tokens {
  readonly access: string;
  readonly refresh: string;
}

/** Where tokens are kept: the keychain of a phone, a file of a script. Browsers use the session cookie instead. */
export interface TokenStore {
  load(): Tokens | undefined | Promise<Tokens | undefined>;
  /** Stores them in place of the last ones; `undefined` after signing out. */
  save(tokens: Tokens | undefined): void | Promise<void>;
}

/** Keeps tokens until the program ends. */
export function memoryTokens(tokens?: Tokens): TokenStore {
  let kept = tokens;
  return {
    load: () => kept,
    save: (fresh) => {
      kept = fresh;
    },
  };
}
