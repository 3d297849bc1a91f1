import { messages } from "@/shared/i18n/messages";

import { Button } from "@/shared/components/Button";

const texts = messages(
  { previous: "Previous page", next: "Next page", page: (n: number, all: number) => `Page ${n} of ${all}` },
  { previous: "पिछला पृष्ठ", next: "अगला पृष्ठ", page: (n: number, all: number) => `${all} में से पृष्ठ ${n}` },
);

/** Going through a list that the server gives in numbered pages; nothing if there is one page only. */
export function Pager(props: { page: number; pages: number; onPage: (page: number) => void }) {
  const text = texts();
  const { page, pages } = props;
  if (pages <= 1) return null;
  return (
    <div class="row pager">
      <Button size="small" disabled={page <= 1} onClick={() => props.onPage(page - 1)}>
        {text.previous}
      </Button>
      <span class="muted">{text.page(page, pages)}</span>
      <Button size="small" disabled={page >= pages} onClick={() => props.onPage(page + 1)}>
        {text.next}
      </Button>
    </div>
  );
}
