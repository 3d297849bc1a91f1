import { api, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { SearchField } from "@/shared/lists/SearchField";
import { useSearch } from "@/shared/lists/useSearch";

import { texts } from "./texts";

type Person = Schema<"FoundUser">;

/** Finding people by name, and asking them. */
export function People(props: { onChange: () => void }) {
  const text = texts();
  const search = useSearch();
  const { q } = search;
  const found = useLoaded(q, async (signal) => {
    if (q.length < 2) return undefined;
    return (await api.get("/api/chat/search", { params: { query: { q } }, signal })).users;
  });
  const asking = useAction(async (id: number) => {
    await api.post("/api/chat/request", { body: { recipient_id: id } });
    found.reload();
    props.onChange();
  });
  return (
    <section class="card stack">
      <SearchField label={text.find} search={search} />
      <Failure error={found.error ?? asking.error} />
      {found.data?.length === 0 ? <p class="muted">{text.nobody}</p> : null}
      {found.data && found.data.length > 0 ? (
        <ul class="plain-list stack" role="list" aria-label={text.people}>
          {found.data.map((person) => (
            <li key={person.id} class="row row--apart">
              <span>
                {person.full_name} <span class="muted small">{person.username}</span>
              </span>
              <Standing person={person} onAsk={() => asking.run(person.id)} />
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}

function Standing(props: { person: Person; onAsk: () => void }) {
  const text = texts();
  const { person } = props;
  if (person.connection_status === "accepted") return <span class="badge badge--good">{text.connected}</span>;
  if (person.connection_status === "pending") return <span class="badge">{text.requested}</span>;
  return (
    <Button size="small" onClick={props.onAsk}>
      {text.sendRequest(person.full_name)}
    </Button>
  );
}
