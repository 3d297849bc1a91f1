import { useLocation } from "preact-iso";
import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { useLoaded } from "@/shared/api/useLoaded";
import { Failure } from "@/shared/components/Failure";
import { SelectField } from "@/shared/components/fields";
import { LinkButton } from "@/shared/components/Button";
import { Loading } from "@/shared/components/Loading";
import { Page } from "@/shared/components/Page";
import { number } from "@/shared/format/time";
import { language } from "@/shared/i18n/language";
import { RichText } from "@/shared/math/RichText";
import type { ScreenProps } from "@/shared/screen";

import { Discussion } from "./Discussion";
import "./results.css";
import { texts } from "./texts";
import { type Answered, answerText, languagesOf, names, optionsOf, wordsOf } from "./wording";

type Filter = "all" | "wrong" | "open";
type Passage = Schema<"ClientPassage">;

const LANGUAGE_NAMES: Record<string, string> = { en: "English", hi: "हिन्दी" };

/** Every question of a result with the answer, the key, the marks, the solution and its discussion. */
export default function ReviewScreen(props: ScreenProps) {
  const text = texts();
  const examId = Number(props.params.id);
  const resultId = Number(useLocation().query.result) || undefined;
  const [filter, setFilter] = useState<Filter>("all");
  const [chosen, setChosen] = useState<string>();
  const loaded = useLoaded(`${examId} ${resultId ?? ""}`, (signal) =>
    resultId === undefined
      ? api.get("/response/{exam_id}", { params: { path: { exam_id: examId } }, signal })
      : api.get("/response/{exam_id}/{result_id}", {
          params: { path: { exam_id: examId, result_id: resultId } },
          signal,
        }),
  );
  const questions = loaded.data?.responses ?? [];
  const ids = questions.map(({ question_id }) => question_id);
  const counts = useLoaded(ids.join(), (signal) => countComments(ids, signal)).data ?? {};
  const others = languagesOf(questions);
  const shownIn = chosen ?? (others.includes(language.value) ? language.value : "");
  const passages = new Map((loaded.data?.passages ?? []).map((passage) => [passage.id, passage]));
  const back = `/app/results/${examId}${resultId === undefined ? "" : `?result=${resultId}`}`;
  return (
    <Page
      title={text.reviewTitle}
      lead={loaded.data?.result.exam_name}
      actions={<LinkButton href={back}>{text.backToResult}</LinkButton>}
    >
      <Failure error={loaded.error} onRetry={loaded.reload} />
      {loaded.isLoading && !loaded.data ? <Loading /> : null}
      {loaded.data ? (
        <div class="review__tools">
          <SelectField
            label={text.filter}
            value={filter}
            onChoice={(value) => setFilter(value as Filter)}
            options={[
              { value: "all", text: text.all },
              { value: "wrong", text: text.onlyWrong },
              { value: "open", text: text.onlyOpen },
            ]}
          />
          {others.length > 0 ? (
            <SelectField
              label={text.viewIn}
              value={shownIn}
              onChoice={setChosen}
              options={[
                { value: "", text: others.includes("en") ? "—" : (LANGUAGE_NAMES.en ?? "") },
                ...others.map((code) => ({ value: code, text: LANGUAGE_NAMES[code] ?? code })),
              ]}
            />
          ) : null}
        </div>
      ) : null}
      <ol role="list" class="plain-list">
        {questions.map((question, index) =>
          isShown(question, filter) ? (
            <li key={question.question_id}>
              <Question
                number={index + 1}
                question={question}
                passage={question.passage_id === null ? undefined : passages.get(question.passage_id)}
                language={shownIn}
                examId={examId}
                comments={counts[String(question.question_id)] ?? 0}
              />
            </li>
          ) : null,
        )}
      </ol>
    </Page>
  );
}

const BULK = 100;

/** The number of comments by question; none where the discussion is closed or the server does not say. */
async function countComments(ids: readonly number[], signal: AbortSignal): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (let start = 0; start < ids.length; start += BULK) {
    const body = { question_ids: ids.slice(start, start + BULK) };
    const answer = await api.post("/api/discussion/counts/bulk", { body, signal });
    Object.assign(found, answer.counts);
  }
  return found;
}

function isShown(question: Answered, filter: Filter): boolean {
  if (filter === "open") return !question.is_attempted;
  return filter === "all" || (question.is_attempted && !question.is_correct);
}

interface QuestionProps {
  number: number;
  question: Answered;
  passage: Passage | undefined;
  language: string;
  examId: number;
  comments: number;
}

function Question(props: QuestionProps) {
  const text = texts();
  const { question, passage } = props;
  const title = text.question(props.number);
  const heading = `question-${question.question_id}`;
  const solution = wordsOf(question, "solution", props.language);
  const hasSolution = solution !== "" || question.solution_image_url !== null;
  return (
    <article class="card" aria-labelledby={heading}>
      <div class="review__head">
        <h2 id={heading}>{title}</h2>
        <Verdict question={question} />
      </div>
      {passage ? <PassageText passage={passage} language={props.language} /> : null}
      <div class="multiline" lang={props.language || undefined}>
        <RichText text={wordsOf(question, "question_text", props.language)} />
      </div>
      {question.image_url ? <img src={question.image_url} alt={text.picture} /> : null}
      <Options question={question} language={props.language} />
      <div class="review__verdict">
        <p>
          {text.yourAnswer} <strong>{answerText(question.given_answer) ?? text.noAnswer}</strong>
        </p>
        <p>
          {text.correctAnswer} <strong>{answerText(question.correct_answer) ?? "–"}</strong>
        </p>
        <p>
          {text.marks}{" "}
          <strong>
            {number(question.marks_obtained)} / {number(question.max_marks)}
          </strong>
        </p>
      </div>
      {hasSolution ? (
        <div class="review__solution">
          <strong>{text.solution}</strong>{" "}
          <span class="multiline">
            <RichText text={solution} />
          </span>
          {question.solution_image_url ? <img src={question.solution_image_url} alt={text.solutionPicture} /> : null}
        </div>
      ) : null}
      <Discussion
        examId={props.examId}
        questionId={question.question_id}
        number={props.number}
        count={props.comments}
      />
    </article>
  );
}

function Verdict(props: { question: Answered }) {
  const text = texts();
  const { question } = props;
  if (question.is_correct) return <span class="badge badge--good">{text.isCorrect}</span>;
  if (question.is_partial) return <span class="badge badge--warn">{text.isPartial}</span>;
  if (question.is_attempted) return <span class="badge badge--bad">{text.isWrong}</span>;
  return <span class="badge">{text.isOpen}</span>;
}

function PassageText(props: { passage: Passage; language: string }) {
  const { passage } = props;
  return (
    <div class="review__passage">
      <strong>{texts().passage}</strong>
      <div class="multiline">
        <RichText text={passage.texts[props.language] ?? passage.text} />
      </div>
      {passage.image_url ? <img src={passage.image_url} alt={texts().passage} /> : null}
    </div>
  );
}

function Options(props: { question: Answered; language: string }) {
  const text = texts();
  const { question } = props;
  const options = optionsOf(question, props.language);
  if (options.length === 0) return null;
  return (
    <ol class="review__options" role="list">
      {options.map((option) => {
        const isRight = names(question.correct_answer, option.letter);
        const isGiven = names(question.given_answer, option.letter);
        const state = isRight ? " review__option--right" : isGiven ? " review__option--wrong" : "";
        return (
          <li key={option.letter} class={`review__option${state}`}>
            <strong>{option.letter}.</strong>
            <span>
              <RichText text={option.text} />
              {option.imageUrl ? <img src={option.imageUrl} alt={text.optionPicture(option.letter)} /> : null}
            </span>
          </li>
        );
      })}
    </ol>
  );
}
