export type BlockName = "FINAL ANSWER" | "GIVEN" | "SOLUTION" | "EXPLANATION";

export interface Block {
  /** Undefined for what stands before the first heading. */
  readonly name: BlockName | undefined;
  readonly text: string;
}

const HEADING = /\[(FINAL ANSWER|GIVEN|SOLUTION|EXPLANATION)\]/g;

/** The parts of an answer, such as `[GIVEN]\n...`, without empty ones. */
export function blocks(answer: string): readonly Block[] {
  const pieces = answer.split(HEADING);
  const found: Block[] = [{ name: undefined, text: pieces[0]?.trim() ?? "" }];
  for (let index = 1; index < pieces.length; index += 2) {
    found.push({ name: pieces[index] as BlockName, text: pieces[index + 1]?.trim() ?? "" });
  }
  return found.filter((block) => block.text !== "");
}
