import type { Paper, SittingState } from "@smart-exam/client";

import { countStates, type Question, QUESTION_STATES, reachable, stateOf } from "./paper";
import { texts } from "./texts";

/** All questions with their states, and how many are in each. */
export function Palette(props: {
  paper: Paper;
  state: SittingState;
  current: number;
  isOpen: boolean;
  onGo: (question: Question) => void;
}) {
  const text = texts();
  const { paper, state } = props;
  const open = new Set(reachable(paper).map(({ id }) => id));
  const counts = countStates(paper.questions, state);
  const positions = new Map(paper.questions.map((question, at) => [question.id, { question, number: at + 1 }]));
  const groups =
    paper.sections.length > 1
      ? paper.sections.map(({ id, name, question_ids }) => ({ id, name, ids: question_ids }))
      : [{ id: 0, name: "", ids: paper.questions.map(({ id }) => id) }];
  return (
    <nav id="palette" aria-label={text.palette} class={props.isOpen ? "sit-palette sit-palette--open" : "sit-palette"}>
      <ul role="list" class="sit-legend">
        {QUESTION_STATES.map((kind) => (
          <li key={kind} class="sit-legend__row">
            <span class={`sit-mark sit-mark--${kind}`} aria-hidden="true">
              {counts[kind]}
            </span>
            <span>
              <span class="visually-hidden">{counts[kind]} </span>
              {text[kind]}
            </span>
          </li>
        ))}
      </ul>
      {groups.map((group) => (
        <div key={group.id}>
          {group.name ? <h3 class="sit-palette__section">{group.name}</h3> : null}
          <ul role="list" class="sit-palette__grid">
            {group.ids.map((id) => {
              const found = positions.get(id);
              if (!found) return null;
              const kind = stateOf(id, state);
              return (
                <li key={id}>
                  <button
                    type="button"
                    class={`sit-mark sit-mark--${kind}`}
                    aria-label={`${text.question(found.number)}, ${text[kind]}`}
                    aria-current={id === props.current ? "true" : undefined}
                    disabled={!open.has(id)}
                    onClick={() => props.onGo(found.question)}
                  >
                    {found.number}
                  </button>
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </nav>
  );
}
