import { normalizeProps, useMachine } from "@zag-js/preact";
import * as tabs from "@zag-js/tabs";
import type { ComponentChildren } from "preact";
import { useId } from "preact/hooks";

export interface Tab {
  readonly id: string;
  readonly name: string;
  readonly isDisabled?: boolean;
  /** Shown beside the name; no part of it. */
  readonly extra?: ComponentChildren;
}

/** A list of tabs by the Authoring Practices; its owner shows the panel of the chosen one as `children`. */
export function Tabs(props: {
  label: string;
  tabs: readonly Tab[];
  chosen: string;
  onChoose: (id: string) => void;
  children: ComponentChildren;
}) {
  const service = useMachine(tabs.machine, {
    id: useId(),
    value: props.chosen,
    onValueChange: ({ value }) => props.onChoose(value),
  });
  const connected = tabs.connect(service, normalizeProps);
  return (
    <div {...connected.getRootProps()} class="tabs">
      <div {...connected.getListProps()} class="tabs__list" aria-label={props.label}>
        {props.tabs.map((tab) => (
          <button
            key={tab.id}
            {...connected.getTriggerProps({ value: tab.id, disabled: tab.isDisabled ?? false })}
            class="tabs__tab"
            aria-label={tab.name}
          >
            {tab.name}
            {tab.extra}
          </button>
        ))}
      </div>
      <div {...connected.getContentProps({ value: props.chosen })} class="tabs__panel">
        {props.children}
      </div>
    </div>
  );
}
