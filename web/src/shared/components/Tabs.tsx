import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";

export interface Tab {
  readonly id: string;
  readonly name: string;
  readonly isDisabled?: boolean;
}

/**
 * Tabs by the Authoring Practices: one stop for the Tab key, arrows, Home and End choose. The owner shows the panel of the
 * chosen one as `children`.
 */
export function Tabs(props: {
  label: string;
  tabs: readonly Tab[];
  chosen: string;
  onChoose: (id: string) => void;
  children: ComponentChildren;
}) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const { chosen, onChoose } = props;
  const usable = props.tabs.filter(({ isDisabled }) => !isDisabled);
  const choose = (tab: Tab | undefined): void => {
    if (!tab) return;
    onChoose(tab.id);
    list.current?.querySelector<HTMLElement>(`#${CSS.escape(`${id}-${tab.id}`)}`)?.focus();
  };
  const press = (event: KeyboardEvent): void => {
    const at = usable.findIndex((tab) => tab.id === chosen);
    const moves: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 };
    const to = moves[event.key];
    if (to === undefined) return;
    event.preventDefault();
    choose(usable.at(to % usable.length));
  };
  return (
    <div class="tabs">
      <div ref={list} role="tablist" aria-label={props.label} class="tabs__list">
        {props.tabs.map((tab) => (
          <button
            key={tab.id}
            type="button"
            role="tab"
            id={`${id}-${tab.id}`}
            class="tabs__tab"
            aria-selected={tab.id === chosen}
            aria-controls={`${id}-panel`}
            tabIndex={tab.id === chosen ? 0 : -1}
            disabled={tab.isDisabled ?? false}
            onClick={() => onChoose(tab.id)}
            onKeyDown={press}
          >
            {tab.name}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${chosen}`} class="tabs__panel">
        {props.children}
      </div>
    </div>
  );
}
