import { useState } from "preact/hooks";

import { Button } from "@/shared/components/Button";
import { Dialog } from "@/shared/components/Dialog";

import { usePicture } from "./pictures";
import { texts } from "./texts";

const STEPS = [1, 1.5, 2, 3, 4];

/** A picture that can be looked at larger. */
export function Picture(props: { address: string; name: string }) {
  const text = texts();
  const [isLarge, setLarge] = useState(false);
  const { source, onError } = usePicture(props.address);
  return (
    <figure class="sit-picture">
      <img src={source} alt={props.name} loading="lazy" onError={onError} />
      <Button kind="quiet" size="small" onClick={() => setLarge(true)}>
        {text.enlarge(props.name)}
      </Button>
      {isLarge ? <Enlarged address={source} name={props.name} onClose={() => setLarge(false)} /> : null}
    </figure>
  );
}

function Enlarged(props: { address: string; name: string; onClose: () => void }) {
  const text = texts();
  const [step, setStep] = useState(0);
  const actions = (
    <>
      <Button disabled={step === 0} onClick={() => setStep(step - 1)}>
        {text.zoomOut}
      </Button>
      <Button disabled={step === STEPS.length - 1} onClick={() => setStep(step + 1)}>
        {text.zoomIn}
      </Button>
      <Button kind="primary" onClick={props.onClose}>
        {text.close}
      </Button>
    </>
  );
  return (
    <Dialog title={props.name} wide onClose={props.onClose} actions={actions}>
      {/* Scrolls, and so must be reachable by keyboard. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div class="sit-zoom" tabIndex={0} role="group" aria-label={props.name}>
        <img src={props.address} alt="" class={`sit-zoom__image sit-zoom__image--${step}`} />
      </div>
    </Dialog>
  );
}
