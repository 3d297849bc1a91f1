import { ConnectionLostError, type Paper, type SittingState } from "@smart-exam/client";

import { failureText } from "@/shared/api/failure";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Dialog } from "@/shared/components/Dialog";
import { Notice } from "@/shared/components/Notice";

import { countStates, QUESTION_STATES } from "./paper";
import { texts } from "./texts";

/** The last question before handing in. */
export function SubmitDialog(props: {
  paper: Paper;
  state: SittingState;
  onSubmit: () => Promise<void>;
  onClose: () => void;
}) {
  const text = texts();
  const submitting = useAction(props.onSubmit);
  const counts = countStates(props.paper.questions, props.state);
  const problem = submitting.error;
  const actions = (
    <>
      <Button onClick={props.onClose}>{text.noBack}</Button>
      <Button kind="primary" busy={submitting.isBusy} onClick={() => submitting.run()}>
        {text.yesSubmit}
      </Button>
    </>
  );
  return (
    <Dialog title={text.submitTitle} onClose={props.onClose} actions={actions}>
      <p>{text.submitText}</p>
      {problem ? (
        <Notice kind="alert">
          {problem instanceof ConnectionLostError ? text.submitOffline : failureText(problem)}
        </Notice>
      ) : null}
      <table class="table" aria-label={text.summary}>
        <thead>
          <tr>
            <th scope="col">{text.state}</th>
            <th scope="col" class="number">
              {text.count}
            </th>
          </tr>
        </thead>
        <tbody>
          {QUESTION_STATES.map((kind) => (
            <tr key={kind}>
              <th scope="row">{capitalised(text[kind])}</th>
              <td class="number">{counts[kind]}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
