/** One small value in the browser's storage, read and written as text. Where storage is forbidden, nothing is kept. */
export interface Kept<T extends string> {
  read: () => T | undefined;
  write: (value: T | undefined) => void;
}

export function kept<T extends string>(name: string, parse: (text: string) => T | undefined): Kept<T> {
  return {
    read: () => {
      try {
        const text = localStorage.getItem(name);
        return text === null ? undefined : parse(text);
      } catch {
        return undefined;
      }
    },
    write: (value) => {
      try {
        if (value === undefined) localStorage.removeItem(name);
        else localStorage.setItem(name, value);
      } catch {
        // Private windows may refuse; the choice then ends with the page.
      }
    },
  };
}
