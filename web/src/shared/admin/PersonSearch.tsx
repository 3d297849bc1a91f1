import { api, type Schema } from "@/shared/api/client";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { messages } from "@/shared/i18n/messages";
import { SearchField } from "@/shared/lists/SearchField";
import { useSearch } from "@/shared/lists/useSearch";

export type Person = Schema<"UserRow">;

const SHOWN = 8;

const texts = messages({ found: "Found", none: "Nobody found." }, { found: "मिले", none: "कोई नहीं मिला।" });

/**
 * Finding somebody by name, address or roll number, to do something with.
 *
 * @param label of the search field.
 * @param action names the button of one person.
 */
export function PersonSearch(props: {
  label: string;
  action: (name: string) => string;
  onChoose: (person: Person) => void;
}) {
  const text = texts();
  const search = useSearch();
  const found = useLoaded(search.q, async (signal) => {
    if (search.q.length < 2) return undefined;
    const query = { ...search.query, per_page: SHOWN };
    return (await api.get("/admin/api/users/search", { params: { query }, signal })).users;
  });
  return (
    <div class="stack">
      <SearchField label={props.label} search={search} />
      <Failure error={found.error} onRetry={found.reload} />
      {found.data?.length === 0 ? <p class="muted">{text.none}</p> : null}
      {found.data && found.data.length > 0 ? (
        <ul role="list" class="plain-list stack" aria-label={text.found}>
          {found.data.map((person) => (
            <li key={person.id} class="row row--apart">
              <span>
                {person.full_name} <span class="muted small">{person.roll_no ?? person.email}</span>
              </span>
              <Button
                size="small"
                onClick={() => {
                  search.type("");
                  props.onChoose(person);
                }}
              >
                {props.action(person.full_name)}
              </Button>
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
