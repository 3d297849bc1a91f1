import type { Schema } from "@/shared/api/client";

export type Message = Schema<"MessageShape">;

/** Known messages with others, which win, in the order of their times, which are unique within a conversation. */
export function merged(known: readonly Message[], others: readonly Message[]): readonly Message[] {
  const byId = new Map([...known, ...others].map((message) => [message.id, message]));
  return [...byId.values()].sort((a, b) => a.created_at.localeCompare(b.created_at));
}

export function edited(known: readonly Message[], id: number, text: string): readonly Message[] {
  return known.map((message) => (message.id === id ? { ...message, message: text, is_edited: true } : message));
}

export function removed(known: readonly Message[], id: number): readonly Message[] {
  return known.filter((message) => message.id !== id);
}
