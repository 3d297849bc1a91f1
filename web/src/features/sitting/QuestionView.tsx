import type { Answer, MaybeAnswer } from "@smart-exam/client";
import { useEffect, useId, useRef } from "preact/hooks";

import { number } from "@/shared/format/time";
import { RichText } from "@/shared/math/RichText";

import { NumberAnswer } from "./NumberAnswer";
import { type Choice, choicesOf, lettersOf, type Passage, passageText, type Question, textOf } from "./paper";
import { Picture } from "./Picture";
import { texts } from "./texts";

interface QuestionProps {
  question: Question;
  /** Its number in the paper, from 1. */
  position: number;
  passage: Passage | undefined;
  /** The language of the paper. */
  language: string;
  answer: Answer | undefined;
  /** Why the server refused the last answer. */
  error: string | undefined;
  /** Whether the focus goes to the question: on the first screen it stays where it is. */
  takesFocus: boolean;
  onAnswer: (answer: MaybeAnswer) => void;
}

/** One question with its answer. */
export function QuestionView(props: QuestionProps) {
  const text = texts();
  const { question, position, passage, language } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  const asked = useId();
  const { takesFocus } = props;
  useEffect(() => {
    if (takesFocus) heading.current?.focus();
  }, [takesFocus]);
  const type = question.question_type;
  const right = number(question.positive_marks);
  const wrong = number(question.negative_marks);
  return (
    <div class="sit-question">
      <div class="sit-question__head">
        <h2 ref={heading} tabIndex={-1}>
          {text.question(position)}
        </h2>
        <span class="badge">{text[type]}</span>
        <span class="badge badge--accent">
          <span aria-hidden="true">{text.marks(right, wrong)}</span>
          <span class="visually-hidden">{text.marksAria(right, wrong)}</span>
        </span>
      </div>
      {passage ? (
        <details class="sit-passage" open>
          <summary>{text.passage}</summary>
          <RichText text={passageText(passage, language)} lang={language} />
          {passage.image_url ? <Picture address={passage.image_url} name={text.passagePicture} /> : null}
        </details>
      ) : null}
      <div id={asked} class="sit-question__text">
        <RichText text={textOf(question, language)} lang={language} />
      </div>
      {question.image_url ? <Picture address={question.image_url} name={text.picture(position)} /> : null}
      {type === "NUMERIC" ? (
        <div role="group" aria-labelledby={asked}>
          <NumberAnswer
            answer={typeof props.answer === "string" ? props.answer : ""}
            error={props.error}
            onAnswer={(value) => props.onAnswer(value || null)}
          />
        </div>
      ) : (
        <Choices {...props} labelledBy={asked} isSeveral={type === "MSQ"} />
      )}
      {props.error && type !== "NUMERIC" ? (
        <p class="field__error" role="alert">
          {props.error}
        </p>
      ) : null}
    </div>
  );
}

function Choices(props: QuestionProps & { labelledBy: string; isSeveral: boolean }) {
  const { question, language, isSeveral } = props;
  const chosen = lettersOf(props.answer);
  const choose = ({ letter }: Choice, isChosen: boolean): void => {
    if (!isSeveral) {
      props.onAnswer(letter);
      return;
    }
    const letters = isChosen ? [...chosen, letter].sort() : chosen.filter((other) => other !== letter);
    props.onAnswer(letters.length > 0 ? letters : null);
  };
  return (
    <div role={isSeveral ? "group" : "radiogroup"} aria-labelledby={props.labelledBy} class="sit-options">
      {choicesOf(question, language).map((choice) => (
        <div key={choice.letter} class="sit-option">
          <label class="sit-option__label">
            <input
              type={isSeveral ? "checkbox" : "radio"}
              name={`question-${question.id}`}
              value={choice.letter}
              checked={chosen.includes(choice.letter)}
              onChange={(event) => choose(choice, event.currentTarget.checked)}
            />
            <span>
              {choice.letter}. <RichText text={choice.text} lang={language} />
            </span>
          </label>
          {choice.image ? <Picture address={choice.image} name={texts().optionPicture(choice.letter)} /> : null}
        </div>
      ))}
    </div>
  );
}
