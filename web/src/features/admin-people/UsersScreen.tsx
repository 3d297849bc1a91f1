import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { Refusal } from "@/shared/api/failure";
import { useChange } from "@/shared/api/useChange";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { ConfirmButton, ConfirmDialog } from "@/shared/components/ConfirmButton";
import { SelectField } from "@/shared/components/fields";
import { Outcome } from "@/shared/components/Outcome";
import { Page } from "@/shared/components/Page";
import { day } from "@/shared/format/time";
import { SearchField } from "@/shared/lists/SearchField";
import { ServerTable } from "@/shared/lists/ServerTable";
import { useSearch } from "@/shared/lists/useSearch";
import { usePagedList } from "@/shared/lists/useServerList";
import { useSorting } from "@/shared/lists/useSorting";

import { type Role, roleName, roleOptions } from "./roles";
import { texts } from "./texts";

type User = Schema<"UserRow">;
type Asked = "" | "user" | "admin" | "both";

/** All accounts: their roles, and closing them. */
export default function UsersScreen() {
  const text = texts();
  const search = useSearch();
  const [role, setRole] = useState<Asked>("");
  const sorting = useSorting("since", "desc");
  // What is found by a search is sorted by what matches.
  const order = search.q ? undefined : sorting.order;
  const found = usePagedList<User>(`${search.q} ${role} ${order ?? ""}`, async (page, signal) => {
    const query = { page, ...search.query, ...(order && { order }), ...(role && { role }) };
    const answer = await api.get("/admin/api/users/search", { params: { query }, signal });
    return { items: answer.users, pages: answer.total_pages };
  });
  const [wish, setWish] = useState<{ user: User; role: Role }>();
  const stats = useLoaded("stats", (signal) => api.get("/admin/api/users/stats", { signal })).data;
  const changing = useChange(async (user: User, wanted: Role) => {
    try {
      await api.post("/admin/users/update-role", { body: { user_id: user.id, new_role: wanted } });
      return text.roleChanged;
    } finally {
      found.reload();
    }
  });
  const setting = useChange(async (user: User) => {
    const body = { user_ids: [user.id] };
    const answer = user.active
      ? await api.post("/admin/users/deactivate", { body })
      : await api.post("/admin/users/reactivate", { body });
    const [refused] = answer.errors;
    if (refused) throw new Refusal(refused.message, refused.code ?? "");
    found.reload();
    return user.active ? text.accountClosed : text.accountOpened;
  });
  return (
    <Page
      title={text.users}
      lead={stats ? text.totals(stats.total_users, stats.admin_role + stats.both_roles) : undefined}
    >
      <Outcome of={[changing, setting]} />
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
        head={[
          text.name,
          text.username,
          text.email,
          search.q ? text.since : { text: text.since, sort: "since", first: "desc" },
          text.role,
          text.account,
        ]}
        sorting={sorting}
        empty={text.none}
      >
        {(user) => (
          <tr key={user.id}>
            <th scope="row">
              {user.full_name} {user.active ? null : <span class="badge">{text.closed}</span>}
            </th>
            <td>{user.username}</td>
            <td>{user.email}</td>
            <td>{day(user.created_at)}</td>
            <td>
              <select
                class="input"
                aria-label={text.roleOf(user.full_name)}
                value={user.role}
                onChange={(event) => {
                  setWish({ user, role: event.currentTarget.value as Role });
                  event.currentTarget.value = user.role; // until it is confirmed
                }}
              >
                {roleOptions().map((option) => (
                  <option key={option.value} value={option.value}>
                    {option.text}
                  </option>
                ))}
              </select>
            </td>
            <td>
              {user.active ? (
                <ConfirmButton
                  name={text.closeAccount(user.full_name)}
                  short={text.closeShort}
                  kind="quiet"
                  size="small"
                  onConfirm={() => setting.perform(user)}
                >
                  {text.closeSure}
                </ConfirmButton>
              ) : (
                <Button
                  kind="quiet"
                  size="small"
                  aria-label={text.openAccount(user.full_name)}
                  onClick={() => setting.run(user)}
                >
                  {text.openShort}
                </Button>
              )}
            </td>
          </tr>
        )}
      </ServerTable>
      {wish ? (
        <ConfirmDialog
          name={text.changeRole(wish.user.full_name)}
          onConfirm={() => changing.perform(wish.user, wish.role)}
          onClose={() => setWish(undefined)}
        >
          {text.roleSure(roleName(wish.role))}
        </ConfirmDialog>
      ) : null}
    </Page>
  );
}
