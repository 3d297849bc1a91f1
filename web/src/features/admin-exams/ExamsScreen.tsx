import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { useLoaded } from "@/shared/api/useLoaded";
import { LinkButton } from "@/shared/components/Button";
import { SelectField } from "@/shared/components/fields";
import { Page } from "@/shared/components/Page";
import { moment } from "@/shared/format/time";
import { SearchField } from "@/shared/lists/SearchField";
import { ServerTable } from "@/shared/lists/ServerTable";
import { useSearch } from "@/shared/lists/useSearch";
import { useCursorList } from "@/shared/lists/useServerList";
import { useSorting } from "@/shared/lists/useSorting";

import { examTexts } from "./examTexts";
import { StateBadge } from "./StateBadge";
import { texts } from "./texts";

/** All exams, the way to a new one, and to each one's screens. */
export default function ExamsScreen() {
  const text = texts();
  const search = useSearch();
  const [category, setCategory] = useState("");
  const categories = useLoaded("categories", (signal) => api.get("/admin/api/categories", { signal })).data?.categories;
  const sorting = useSorting("opens", "desc");
  const { order } = sorting;
  const exams = useCursorList<Schema<"AdminExam">>(`exams ${search.q} ${category} ${order}`, async (cursor, signal) => {
    const query = {
      ...search.query,
      order,
      ...(category && { category_id: Number(category) }),
      ...(cursor && { cursor }),
    };
    const page = await api.get("/admin/exams", { params: { query }, signal });
    return { items: page.exams, next: page.next_cursor };
  });
  return (
    <Page
      title={text.exams}
      actions={
        <LinkButton href="/app/admin/exams/new" kind="primary">
          {text.newExam}
        </LinkButton>
      }
    >
      <div class="filters">
        <SearchField label={text.search} search={search} />
        {categories && categories.length > 0 ? (
          <SelectField
            label={examTexts().category}
            value={category}
            onChoice={setCategory}
            options={[
              { value: "", text: examTexts().any },
              ...categories.map(({ id, name }) => ({ value: String(id), text: name })),
            ]}
          />
        ) : null}
      </div>
      <ServerTable
        list={exams}
        label={text.exams}
        head={[
          text.name,
          { text: text.opens, sort: "opens", first: "desc" },
          text.duration,
          text.questions,
          text.state,
        ]}
        sorting={sorting}
        empty={text.none}
      >
        {(exam) => (
          <tr key={exam.id}>
            <th scope="row">
              <a href={`/app/admin/exams/${exam.id}`}>{exam.name}</a>
            </th>
            <td>{moment(exam.opens_at, exam.timezone)}</td>
            <td>{exam.duration}</td>
            <td>{exam.total_questions}</td>
            <td>
              <StateBadge state={exam.state} />
            </td>
          </tr>
        )}
      </ServerTable>
    </Page>
  );
}
