import { useState } from "preact/hooks";

import { api, isRefusal, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { Loading } from "@/shared/components/Loading";
import { Notice } from "@/shared/components/Notice";
import { Page } from "@/shared/components/Page";
import { useLive } from "@/shared/live/useLive";

import "./chat.css";
import { Conversation } from "./Conversation";
import { NewGroup } from "./NewGroup";
import { People } from "./People";
import { Blocked } from "./Safety";
import { texts } from "./texts";

type Chat = Schema<"ConversationShape">;

/** What changes the list of conversations or of requests. */
const LIST_EVENTS = new Set([
  "chat_message",
  "message_sent",
  "chat_request",
  "request_accepted",
  "added_to_group",
  "member_joined",
  "member_left",
  "removed_from_group",
  "conversation_removed",
  "user_online",
  "user_offline",
  "reconnected",
]);

/** Talking with peers: people, requests, conversations and messages, as they come. */
export default function ChatScreen() {
  const text = texts();
  const [openId, setOpenId] = useState<number>();
  const [isMakingGroup, setMakingGroup] = useState(false);
  const chats = useLoaded("conversations", (signal) => api.get("/api/chat/conversations", { signal }));
  const inbox = useLoaded("inbox", (signal) => api.get("/api/chat/requests/inbox", { signal }));
  const blocked = useLoaded("blocked", (signal) => api.get("/api/chat/blocked", { signal }));
  const reload = (): void => {
    chats.reload();
    inbox.reload();
  };
  useLive(({ event }) => {
    if (LIST_EVENTS.has(event)) reload();
  });
  if (isRefusal(chats.error, "exam_in_progress")) {
    return (
      <Page title={text.chat}>
        <Notice kind="alert">{text.inExam}</Notice>
      </Page>
    );
  }
  const conversations = chats.data?.conversations ?? [];
  const open = conversations.find(({ id }) => id === openId);
  const opened = (id: number): void => {
    setOpenId(id);
    reload();
  };
  return (
    <Page title={text.chat} actions={<Button onClick={() => setMakingGroup(true)}>{text.newGroup}</Button>}>
      <div class={open ? "chat chat--open" : "chat"}>
        <div class="chat__side">
          <People onChange={reload} />
          <Requests requests={inbox.data?.requests ?? []} onAccepted={opened} onChange={reload} />
          <Failure error={chats.error} onRetry={reload} />
          {chats.isLoading && !chats.data ? <Loading /> : null}
          <Blocked people={blocked.data?.blocked ?? []} onChange={blocked.reload} />
          <List chats={conversations} openId={open?.id} isLoaded={!!chats.data} onOpen={setOpenId} />
        </div>
        {open ? (
          <Conversation
            key={open.id}
            chat={open}
            isBlocked={blocked.data?.blocked.some(({ user_id: id }) => id === open.other_id) ?? false}
            onBlocked={blocked.reload}
            onChange={chats.reload}
            onBack={() => setOpenId(undefined)}
          />
        ) : (
          <p class="card muted chat__nothing">{text.choose}</p>
        )}
      </div>
      {isMakingGroup ? (
        <NewGroup
          friends={conversations.filter((chat) => !chat.is_group)}
          onClose={() => setMakingGroup(false)}
          onCreated={(id) => {
            setMakingGroup(false);
            opened(id);
          }}
        />
      ) : null}
    </Page>
  );
}

function List(props: {
  chats: readonly Chat[];
  openId: number | undefined;
  isLoaded: boolean;
  onOpen: (id: number) => void;
}) {
  const text = texts();
  return (
    <section aria-labelledby="conversations" class="card">
      <h2 id="conversations">{text.conversations}</h2>
      {props.isLoaded && props.chats.length === 0 ? <p class="muted">{text.noConversations}</p> : null}
      <ul class="plain-list" role="list" aria-label={text.conversations}>
        {props.chats.map((chat) => (
          <li key={chat.id}>
            <button
              type="button"
              class="chat__entry"
              aria-current={chat.id === props.openId ? "true" : undefined}
              onClick={() => props.onOpen(chat.id)}
            >
              <span class="chat__name">
                {chat.name} {chat.online ? <span class="badge badge--good">{text.online}</span> : null}{" "}
                {chat.unread > 0 ? <span class="badge badge--accent">{text.unread(chat.unread)}</span> : null}
              </span>
              <span class="chat__last muted small">{chat.last_message?.message ?? ""}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Requests(props: {
  requests: readonly Schema<"InboxEntry">[];
  onAccepted: (conversation: number) => void;
  onChange: () => void;
}) {
  const text = texts();
  const answering = useAction(async (id: number, action: "accept" | "reject") => {
    const answer = await api.put("/api/chat/request/{conn_id}", {
      params: { path: { conn_id: id } },
      body: { action },
    });
    if (typeof answer.conv_id === "number") props.onAccepted(answer.conv_id);
    else props.onChange();
  });
  if (props.requests.length === 0) return <Failure error={answering.error} />;
  return (
    <section aria-labelledby="requests" class="card">
      <h2 id="requests">{text.requests}</h2>
      <Failure error={answering.error} />
      <ul class="plain-list stack" role="list" aria-label={text.requests}>
        {props.requests.map((request) => (
          <li key={request.conn_id} class="row row--apart">
            <span>
              {request.from_name} <span class="muted small">{request.from_username}</span>
            </span>
            <span class="row">
              <Button size="small" kind="primary" onClick={() => answering.run(request.conn_id, "accept")}>
                {text.accept(request.from_name)}
              </Button>
              <Button size="small" onClick={() => answering.run(request.conn_id, "reject")}>
                {text.reject(request.from_name)}
              </Button>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
