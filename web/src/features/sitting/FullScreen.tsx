import { useEffect, useState } from "preact/hooks";

import { Button } from "@/shared/components/Button";

import { texts } from "./texts";

export function FullScreen() {
  const text = texts();
  const [isFull, setFull] = useState(document.fullscreenElement !== null);
  useEffect(() => {
    const update = (): void => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", update);
    return () => document.removeEventListener("fullscreenchange", update);
  }, []);
  if (!document.fullscreenEnabled) return null;
  const toggle = async (): Promise<void> => {
    await (isFull ? document.exitFullscreen() : document.documentElement.requestFullscreen());
  };
  return (
    <Button kind="quiet" onClick={() => void toggle().catch(() => undefined)}>
      {isFull ? text.leaveFullScreen : text.fullScreen}
    </Button>
  );
}
