import { useEffect, useRef, useState } from "preact/hooks";

import { api } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { TextArea } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Loading } from "@/shared/components/Loading";
import { Page } from "@/shared/components/Page";
import { RichText } from "@/shared/math/RichText";

import "./assistant.css";
import { blocks } from "./blocks";
import { texts } from "./texts";

interface Turn {
  readonly text: string;
  readonly isUser: boolean;
}

/** Questions to the study assistant and its answers. */
export default function AssistantScreen() {
  const text = texts();
  const [turns, setTurns] = useState<readonly Turn[]>();
  const [left, setLeft] = useState<{ questions: number; limit: number }>();
  const [question, setQuestion] = useState("");
  const opening = useAction(async () => {
    const state = await api.get("/api/assistant-init");
    setTurns(state.history);
    setLeft({ questions: Math.max(0, state.dailyLimit - state.questionsUsed), limit: state.dailyLimit });
  });
  const asking = useAction(async () => {
    const message = question.trim();
    const answer = await api.post("/api/study-chat", { body: { message } });
    setTurns((before) => [
      ...(before ?? []),
      { text: message, isUser: true },
      { text: answer.response, isUser: false },
    ]);
    setLeft((before) => before && { ...before, questions: answer.questions_remaining });
    setQuestion("");
  });
  const clearing = useAction(async () => {
    await api.post("/api/clear-chat-history", {});
    setTurns([]);
  });
  const { run: open } = opening;
  const isOpened = useRef(false);
  useEffect(() => {
    if (isOpened.current) return;
    isOpened.current = true;
    open();
  }, [open]);
  const log = useRef<HTMLDivElement>(null);
  useEffect(() => log.current?.scrollTo({ top: log.current.scrollHeight }), [turns]);
  const clear = turns && turns.length > 0 && (
    <Button kind="quiet" onClick={() => clearing.run()} busy={clearing.isBusy}>
      {text.clear}
    </Button>
  );
  return (
    <Page title={text.title} lead={text.lead} actions={clear}>
      <Failure error={opening.error} onRetry={() => opening.run()} />
      <Failure error={clearing.error} />
      {/* Scrolls by keyboard, too. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={log} class="card conversation" role="log" aria-label={text.conversation} tabIndex={0}>
        {turns === undefined && opening.isBusy ? <Loading /> : null}
        {turns?.length === 0 ? <p class="muted">{text.empty}</p> : null}
        {turns?.map((turn, index) => (
          <Said key={index} turn={turn} />
        ))}
      </div>
      <Form onSubmit={() => asking.run()}>
        <Failure error={asking.error} />
        <TextArea
          label={text.question}
          hint={text.hint}
          required
          rows={3}
          minLength={3}
          maxLength={500}
          value={question}
          onText={setQuestion}
        />
        <div class="row row--apart">
          <p role="status" class="muted small conversation__left">
            {left ? text.left(left.questions, left.limit) : ""}
          </p>
          <Button
            kind="primary"
            type="submit"
            busy={asking.isBusy}
            disabled={left?.questions === 0 || question.trim().length < 3}
          >
            {text.ask}
          </Button>
        </div>
      </Form>
    </Page>
  );
}

function Said(props: { turn: Turn }) {
  const text = texts();
  const { turn } = props;
  if (turn.isUser) {
    return (
      <div class="said said--own">
        <p class="said__who">{text.you}</p>
        <p class="multiline">
          <RichText text={turn.text} />
        </p>
      </div>
    );
  }
  return (
    <div class="said">
      <p class="said__who">{text.assistant}</p>
      {blocks(turn.text).map((block, index) => (
        <div key={index} class={block.name === "FINAL ANSWER" ? "said__answer" : undefined}>
          {block.name ? <p class="said__heading">{text[block.name]}</p> : null}
          <p class="multiline">
            <RichText text={block.text} />
          </p>
        </div>
      ))}
    </div>
  );
}
