import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { Refusal } from "@/shared/api/failure";
import { useAction } from "@/shared/api/useAction";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { SelectField } from "@/shared/components/fields";
import { Notice } from "@/shared/components/Notice";
import { Page } from "@/shared/components/Page";
import { SearchField } from "@/shared/lists/SearchField";
import { ServerTable } from "@/shared/lists/ServerTable";
import { useSearch } from "@/shared/lists/useSearch";
import { usePagedList } from "@/shared/lists/useServerList";

import { type Role, roleOptions } from "./roles";
import { texts } from "./texts";

type User = Schema<"UserRow">;
type Asked = "" | "user" | "admin" | "both";

/** All accounts: their roles, and closing them. */
export default function UsersScreen() {
  const text = texts();
  const search = useSearch();
  const [role, setRole] = useState<Asked>("");
  const [told, setTold] = useState("");
  const found = usePagedList<User>(`${search.q} ${role}`, async (page, signal) => {
    const query = { page, ...search.query, ...(role && { role }) };
    const answer = await api.get("/admin/api/users/search", { params: { query }, signal });
    return { items: answer.users, pages: answer.total_pages };
  });
  const stats = useLoaded("stats", (signal) => api.get("/admin/api/users/stats", { signal })).data;
  const changing = useAction(async (user: User, wanted: Role) => {
    setTold("");
    try {
      await api.post("/admin/users/update-role", { body: { user_id: user.id, new_role: wanted } });
      setTold(text.roleChanged);
    } finally {
      found.reload();
    }
  });
  const closing = useAction(async (user: User) => {
    setTold("");
    const body = { user_ids: [user.id] };
    const answer = user.active
      ? await api.post("/admin/users/deactivate", { body })
      : await api.post("/admin/users/reactivate", { body });
    const [refused] = answer.errors;
    if (refused) throw new Refusal(refused.message);
    setTold(user.active ? text.accountClosed : text.accountOpened);
    found.reload();
  });
  return (
    <Page
      title={text.users}
      lead={stats ? text.totals(stats.total_users, stats.admin_role + stats.both_roles) : undefined}
    >
      <Failure error={changing.error ?? closing.error} />
      {told ? <Notice kind="status">{told}</Notice> : null}
      <div class="filters">
        <SearchField label={text.searchUsers} search={search} />
        <SelectField
          label={text.role}
          value={role}
          onChoice={(value) => setRole(value as Asked)}
          options={[
            { value: "", text: text.anyRole },
            { value: "user", text: text.user },
            { value: "admin", text: text.admin },
            { value: "both", text: text.both },
          ]}
        />
      </div>
      <ServerTable
        list={found}
        label={text.users}
        head={[text.name, text.username, text.email, text.role, text.account]}
        empty={text.none}
      >
        {(user) => (
          <tr key={user.id}>
            <th scope="row">
              {user.full_name} {user.active ? null : <span class="badge">{text.closed}</span>}
            </th>
            <td>{user.username}</td>
            <td>{user.email}</td>
            <td>
              <select
                class="input"
                aria-label={text.roleOf(user.full_name)}
                value={user.role}
                onChange={(event) => changing.run(user, event.currentTarget.value as Role)}
              >
                {roleOptions().map((option) => (
                  <option key={option.value} value={option.value}>
                    {option.text}
                  </option>
                ))}
              </select>
            </td>
            <td>
              <Button kind="quiet" size="small" onClick={() => closing.run(user)}>
                {user.active ? text.closeAccount(user.full_name) : text.openAccount(user.full_name)}
              </Button>
            </td>
          </tr>
        )}
      </ServerTable>
    </Page>
  );
}
