import { ConnectionLostError, type Paper, type Sitting } from "@smart-exam/client";
import { useCallback, useEffect, useState } from "preact/hooks";

import { api } from "@/shared/api/client";
import { failureText, Refusal } from "@/shared/api/failure";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Dialog } from "@/shared/components/Dialog";
import { SelectField } from "@/shared/components/fields";
import { Notice } from "@/shared/components/Notice";
import { useTitle } from "@/shared/components/Page";
import { Preferences } from "@/shared/components/Preferences";
import { Tabs } from "@/shared/components/Tabs";
import { tellNext } from "@/shared/flash";
import { language as appLanguage } from "@/shared/i18n/language";
import { useNavigate } from "@/shared/navigate";
import { keepAccount } from "@/shared/session/keptAccount";
import { type Me, onSessionEnd } from "@/shared/session/session";

import { FullScreen } from "./FullScreen";
import { Palette } from "./Palette";
import { isTimed, languagesOf, nameOf, type Question, reachable, sectionOf } from "./paper";
import { QuestionView } from "./QuestionView";
import { SaveState } from "./SaveState";
import { SignInDialog } from "./SignInDialog";
import { SubmitDialog } from "./SubmitDialog";
import { texts } from "./texts";
import { TimeOver } from "./TimeOver";
import { Timer } from "./Timer";
import { useDeadline } from "./useDeadline";
import { useLiveTime } from "./useLiveTime";
import { useResending } from "./useResending";
import { useSittingState } from "./useSitting";

/** Seconds: a sign-in with less time left need not make its session longer, and must not begin another attempt. */
const LONG = 120;

interface DeskProps {
  sitting: Sitting;
  /** As it was opened; the sitting's state has the present one. */
  paper: Paper;
  examId: number;
  account: Me;
}

/** The paper of a running attempt: one question at a time, the palette, the time, and what can happen meanwhile. */
export function Desk({ sitting, paper: opened, examId, account }: DeskProps) {
  const text = texts();
  const navigate = useNavigate();
  const state = useSittingState(sitting);
  const paper = state.paper ?? opened;
  const name = nameOf(paper);
  useTitle(name);
  const languages = languagesOf(paper);
  const [language, setLanguage] = useState(() =>
    languages.includes(appLanguage.value) ? appLanguage.value : (languages[0] ?? "en"),
  );
  const open = reachable(paper);
  const [wanted, setWanted] = useState(() => open[0]?.id ?? 0);
  const current = open.find(({ id }) => id === wanted) ?? open[0];
  const currentId = current?.id ?? 0;
  const [takesFocus, setTakesFocus] = useState(false);
  const [isPaletteOpen, setPaletteOpen] = useState(false);
  const [isSubmitting, setSubmitting] = useState(false);
  const [isLeavingSection, setLeavingSection] = useState(false);
  const [isSignedOut, setSignedOut] = useState(false);

  useEffect(
    () =>
      onSessionEnd(() => {
        // Whoever signs in next must not get what belongs to this paper.
        sitting.close();
        setSignedOut(true);
      }),
    [sitting],
  );
  useEffect(() => {
    if (currentId) sitting.show(currentId);
  }, [sitting, currentId]);

  const leave = useCallback(() => navigate(`/app/results/${examId}`, true), [navigate, examId]);
  const isOver = useDeadline(sitting, leave, !isSignedOut);
  useResending(sitting, !isSignedOut);
  useLiveTime(sitting, examId, !isSignedOut);
  useEffect(() => {
    if (state.phase !== "over") return;
    if (state.unsaved.size > 0) tellNext(texts().tooLate(state.unsaved.size), "alert");
    else tellNext(texts().closedElsewhere);
    leave();
    // The first time is the only one.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [state.phase]);

  if (!current) return null;
  const at = open.indexOf(current);
  // The focus goes to the question, except from the tabs, whose arrow keys would then reach one section only.
  const go = (question: Question | undefined, withFocus = true): void => {
    if (!question) return;
    setTakesFocus(withFocus);
    setWanted(question.id);
    setPaletteOpen(false);
  };
  const section = sectionOf(paper, current.id);
  const submit = async (): Promise<void> => {
    await sitting.submit();
    leave();
  };
  const signedIn = async (): Promise<void> => {
    // Resuming makes the new session live as long as the attempt.
    if (sitting.remainingSeconds > LONG) {
      await api.post("/start-exam/{exam_id}", { params: { path: { exam_id: examId } }, body: {} });
    }
    await sitting.open();
    void keepAccount(account, examId);
    setSignedOut(false);
  };

  const rejected = state.rejected[String(current.id)];
  const question = (
    <QuestionView
      key={current.id}
      question={current}
      position={paper.questions.indexOf(current) + 1}
      passage={paper.passages.find(({ id }) => id === current.passage_id)}
      language={language}
      answer={state.answers[String(current.id)]}
      error={rejected && failureText(new Refusal(rejected.message, rejected.code))}
      takesFocus={takesFocus}
      onAnswer={(answer) => void sitting.answer(current.id, answer)}
    />
  );
  return (
    <div class="sit">
      <header class="sit-head">
        <h1 class="sit-head__name">{name}</h1>
        <div class="sit-head__tools">
          <FullScreen />
          <Preferences />
        </div>
        <div class="sit-head__state">
          <Timer sitting={sitting} />
          <SaveState sitting={sitting} state={state} />
        </div>
      </header>
      {state.stored ? null : <Notice kind="alert">{text.notStored}</Notice>}
      {state.yielded.length > 0 ? (
        <Notice kind="alert">
          {text.otherDevice(state.yielded.map(({ questionId }) => positionOf(paper, questionId)).join(", "))}
        </Notice>
      ) : null}
      <main class="sit-main">
        <div class="sit-paper">
          {languages.length > 1 ? (
            <div class="sit-language">
              <SelectField
                label={text.viewIn}
                value={language}
                onChoice={setLanguage}
                options={languages.map((value) => ({ value, text: languageName(value) }))}
              />
            </div>
          ) : null}
          {paper.sections.length > 1 && section ? (
            <Tabs
              label={text.sections}
              chosen={String(section.id)}
              onChoose={(id) => {
                const target = paper.sections.find((other) => String(other.id) === id);
                if (target && target.id !== section.id) {
                  const first = paper.questions.find((it) => it.id === target.question_ids[0]);
                  go(first, false);
                }
              }}
              tabs={paper.sections.map((other) => ({
                id: String(other.id),
                name: other.name,
                isDisabled: other.state !== "open",
              }))}
            >
              <SectionNotes instructions={section.instructions} choose={section.choose} />
              {question}
            </Tabs>
          ) : (
            question
          )}
        </div>
        <div class="sit-buttons">
          <Button
            kind="primary"
            onClick={() => {
              void sitting.mark(current.id, false);
              go(open[at + 1]);
            }}
          >
            {text.saveNext}
          </Button>
          <Button
            onClick={() => {
              void sitting.mark(current.id, true);
              go(open[at + 1]);
            }}
          >
            {text.markNext}
          </Button>
          <Button onClick={() => void sitting.answer(current.id, null)}>{text.clear}</Button>
          <Button disabled={at === 0} onClick={() => go(open[at - 1])}>
            {text.previous}
          </Button>
        </div>
        <aside class="sit-side">
          <button
            type="button"
            class="button button--secondary sit-side__toggle"
            aria-expanded={isPaletteOpen}
            aria-controls="palette"
            onClick={() => setPaletteOpen(!isPaletteOpen)}
          >
            {isPaletteOpen ? text.hidePalette : text.showPalette}
          </button>
          <Palette paper={paper} state={state} current={current.id} isOpen={isPaletteOpen} onGo={go} />
          {isTimed(paper) && section && section !== paper.sections.at(-1) ? (
            <Button onClick={() => setLeavingSection(true)}>{text.nextSection}</Button>
          ) : null}
          <Button kind="primary" onClick={() => setSubmitting(true)}>
            {text.submit}
          </Button>
        </aside>
      </main>
      {isSubmitting ? (
        <SubmitDialog paper={paper} state={state} onSubmit={submit} onClose={() => setSubmitting(false)} />
      ) : null}
      {isLeavingSection && section ? (
        <LeaveSection sitting={sitting} from={section.id} onClose={() => setLeavingSection(false)} />
      ) : null}
      {isOver ? <TimeOver isOnline={state.online} /> : null}
      {isSignedOut ? <SignInDialog username={account.username} onDone={signedIn} /> : null}
    </div>
  );
}

function SectionNotes(props: { instructions: string; choose: number | null }) {
  const text = texts();
  if (!props.instructions && props.choose === null) return null;
  return (
    <div class="sit-notes">
      {props.choose === null ? null : <p>{text.choose(props.choose)}</p>}
      {props.instructions ? (
        <details>
          <summary>{text.instructions}</summary>
          <p class="multiline">{props.instructions}</p>
        </details>
      ) : null}
    </div>
  );
}

function LeaveSection(props: { sitting: Sitting; from: number; onClose: () => void }) {
  const text = texts();
  const leaving = useAction(async () => {
    await props.sitting.nextSection(props.from);
    props.onClose();
  });
  const problem = leaving.error;
  const actions = (
    <>
      <Button onClick={props.onClose}>{text.noBack}</Button>
      <Button kind="primary" busy={leaving.isBusy} onClick={() => leaving.run()}>
        {text.yesNext}
      </Button>
    </>
  );
  return (
    <Dialog title={text.leaveSection} onClose={props.onClose} actions={actions}>
      <p>{text.leaveSectionText}</p>
      {problem ? (
        <Notice kind="alert">{problem instanceof ConnectionLostError ? text.waiting : failureText(problem)}</Notice>
      ) : null}
    </Dialog>
  );
}

function positionOf(paper: Paper, questionId: number): number {
  return paper.questions.findIndex(({ id }) => id === questionId) + 1;
}

/** A language's name in itself. */
function languageName(code: string): string {
  const names: Record<string, string> = { en: "English", hi: "हिन्दी" };
  return names[code] ?? new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
}
