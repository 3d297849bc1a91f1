import { ConnectionLostError, type Paper, Sitting } from "@smart-exam/client";
import { useEffect, useState } from "preact/hooks";

import { api, ApiError, isRefusal } from "@/shared/api/client";
import { failureText } from "@/shared/api/failure";
import { Button, LinkButton } from "@/shared/components/Button";
import { Dialog } from "@/shared/components/Dialog";
import { Notice } from "@/shared/components/Notice";
import { Page } from "@/shared/components/Page";
import { useNavigate } from "@/shared/navigate";
import type { ScreenProps } from "@/shared/screen";
import { deviceStore, keepAccount } from "@/shared/session/keptAccount";
import { me, type Me } from "@/shared/session/session";

import { Desk } from "./Desk";
import { keepPictures, PaperShown } from "./pictures";
import "./sitting.css";
import { texts } from "./texts";
import { WITHOUT_EVENTS } from "./useLiveTime";
import { useSeat } from "./useSeat";

/** Milliseconds after which opening the paper is tried again. */
const REOPEN = 5000;

/** Sitting an exam. One tab at a time: the others say where it is open. */
export default function SittingScreen({ params }: ScreenProps) {
  const examId = Number(params.id);
  const account = me.value;
  const seat = useSeat(`sitting/${account?.id ?? 0}/${examId}`);
  const text = texts();
  if (!account || seat.isMine === undefined) return <Opening />;
  if (seat.isMine) return <Opened examId={examId} account={account} />;
  return (
    <main class="card card--middle">
      <Page title={text.otherTab}>{null}</Page>
      <Dialog
        title={text.otherTab}
        actions={
          <Button kind="primary" onClick={seat.takeOver}>
            {text.continueHere}
          </Button>
        }
      >
        <p>{text.otherTabText}</p>
      </Dialog>
    </main>
  );
}

function Opened({ examId, account }: { examId: number; account: Me }) {
  const navigate = useNavigate();
  const [opened, setOpened] = useState<{ sitting: Sitting; paper: Paper }>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    const sitting = new Sitting({
      client: api,
      examId,
      userId: account.id,
      store: deviceStore,
      keepPaper: true,
      interval: WITHOUT_EVENTS,
    });
    let isGone = false;
    let again: ReturnType<typeof setTimeout>;
    const open = async (): Promise<void> => {
      try {
        const paper = await sitting.open();
        if (isGone) return;
        setOpened({ sitting, paper });
        if (sitting.state.online) {
          void keepAccount(account, examId);
          void keepPictures(account.id, paper, () => isGone);
        }
      } catch (problem) {
        if (isGone) return;
        if (isRefusal(problem, "no_attempt")) navigate(`/app/exams/${examId}`, true);
        else if (isRefusal(problem, "exam_time_over")) navigate(`/app/results/${examId}`, true);
        else {
          setError(problem);
          if (problem instanceof ConnectionLostError) again = setTimeout(() => void open(), REOPEN);
        }
      }
    };
    void open();
    return () => {
      isGone = true;
      clearTimeout(again);
      sitting.close();
    };
    // The tab's navigation never changes what is sat.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [examId, account.id]);
  if (opened) {
    return (
      <PaperShown.Provider value={{ userId: account.id, examId }}>
        <Desk {...opened} examId={examId} account={account} />
      </PaperShown.Provider>
    );
  }
  return error ? <NotOpened error={error} /> : <Opening />;
}

function Opening() {
  return (
    <main class="card card--middle" aria-busy="true">
      <p>{texts().loading}</p>
    </main>
  );
}

function NotOpened({ error }: { error: unknown }) {
  const text = texts();
  return (
    <main class="card card--middle">
      <Page title={text.noPaper}>
        <Notice kind="alert">{error instanceof ApiError ? failureText(error) : text.waiting}</Notice>
        <LinkButton href="/app/exams">{text.toExams}</LinkButton>
      </Page>
    </main>
  );
}
