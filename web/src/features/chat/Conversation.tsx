import { useEffect, useRef, useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { ConfirmButton } from "@/shared/components/ConfirmButton";
import { Failure } from "@/shared/components/Failure";
import { TextField } from "@/shared/components/fields";
import { Loading } from "@/shared/components/Loading";
import { Notice } from "@/shared/components/Notice";
import { moment } from "@/shared/format/time";
import { common } from "@/shared/i18n/common";
import { live } from "@/shared/live/socket";
import { useLive } from "@/shared/live/useLive";

import { edited, merged, type Message, removed } from "./history";
import { Block, Report } from "./Safety";
import { texts } from "./texts";

type Chat = Schema<"ConversationShape">;

const PAGE = 40;
const TYPING_PAUSE = 2000;
const TYPING_SHOWN = 4000;

interface ConversationProps {
  chat: Chat;
  /** Whether one has blocked the other person. */
  isBlocked: boolean;
  onBlocked: () => void;
  /** Called when the list of conversations is no longer what it was. */
  onChange: () => void;
  onBack: () => void;
}

/** One conversation: its messages as they come, and a field to write. */
export function Conversation(props: ConversationProps) {
  const text = texts();
  const { chat, onChange } = props;
  const [history, setHistory] = useState<readonly Message[]>();
  const [hasEarlier, setHasEarlier] = useState(false);
  const [replyTo, setReplyTo] = useState<Message>();
  const [typist, setTypist] = useState<string>();
  const path = { chat_id: chat.id };

  const loading = useAction(async (before?: string) => {
    const { messages } = await api.get("/api/chat/messages/{chat_id}", {
      params: { path, query: before === undefined ? {} : { before } },
    });
    setHistory((known) => merged(known ?? [], messages));
    setHasEarlier((had) => (before === undefined && history !== undefined ? had : messages.length === PAGE));
    // Reading marks the conversation as read.
    onChange();
  });
  const { run: load } = loading;
  const isLoaded = useRef(false);
  useEffect(() => {
    if (isLoaded.current) return;
    isLoaded.current = true;
    load();
  }, [load]);

  useEffect(() => {
    if (typist === undefined) return;
    const timer = setTimeout(() => setTypist(undefined), TYPING_SHOWN);
    return () => clearTimeout(timer);
  }, [typist]);

  useLive(({ event, data }) => {
    if (event === "reconnected") load();
    if (data.conv_id !== chat.id) return;
    switch (event) {
      case "chat_message":
        setTypist(undefined);
        setHistory((known) => merged(known ?? [], [data as unknown as Message]));
        live.send({ action: "markRead", conv_id: chat.id });
        onChange();
        break;
      case "msg_edited":
        setHistory((known) => known && edited(known, Number(data.msg_id), String(data.message)));
        break;
      case "msg_deleted":
        setHistory((known) => known && removed(known, Number(data.msg_id)));
        break;
      case "user_typing":
        setTypist(String(data.name));
        break;
    }
  });

  const log = useRef<HTMLDivElement>(null);
  const newest = history?.at(-1)?.id;
  useEffect(() => log.current?.scrollTo({ top: log.current.scrollHeight }), [newest]);

  const oldest = history?.[0]?.created_at;
  return (
    <section class="card chat__room" aria-label={chat.name}>
      <header class="row row--apart">
        <div class="row chat__back">
          <Button kind="quiet" size="small" onClick={props.onBack}>
            ← {text.back}
          </Button>
          <h2 class="chat__title">{chat.name}</h2>
        </div>
        <div class="row">
          {chat.other_id !== null && !props.isBlocked ? (
            <Block userId={chat.other_id} name={chat.name} onBlocked={props.onBlocked} />
          ) : null}
          <Ending {...props} />
        </div>
      </header>
      {chat.is_group ? <p class="muted small">{chat.members.map(({ name }) => name).join(", ")}</p> : null}
      <Failure error={loading.error} onRetry={() => loading.run()} />
      {/* Scrolls by keyboard, too. */}
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={log} class="chat__log" role="log" aria-label={text.messages} tabIndex={0}>
        {history === undefined && loading.isBusy ? <Loading /> : null}
        {hasEarlier && oldest !== undefined ? (
          <Button kind="quiet" size="small" onClick={() => loading.run(oldest)} busy={loading.isBusy}>
            {text.earlier}
          </Button>
        ) : null}
        <ol role="list" class="plain-list chat__history">
          {history?.map((message) => (
            <Said
              key={message.id}
              message={message}
              onReply={() => setReplyTo(message)}
              onEdited={(changed) => setHistory((known) => known && edited(known, message.id, changed))}
              onRemoved={() => setHistory((known) => known && removed(known, message.id))}
            />
          ))}
        </ol>
      </div>
      <p class="muted small chat__typing" aria-live="polite">
        {typist === undefined ? "" : text.typing(typist)}
      </p>
      {props.isBlocked ? (
        <Notice kind="status">{text.isBlocked(chat.name)}</Notice>
      ) : (
        <Compose
          chat={chat}
          replyTo={replyTo}
          onCancelReply={() => setReplyTo(undefined)}
          onSent={(message) => {
            setReplyTo(undefined);
            setHistory((known) => merged(known ?? [], [message]));
            onChange();
          }}
        />
      )}
    </section>
  );
}

function Compose(props: {
  chat: Chat;
  replyTo: Message | undefined;
  onCancelReply: () => void;
  onSent: (message: Message) => void;
}) {
  const text = texts();
  const { chat, replyTo } = props;
  const [typed, setTyped] = useState("");
  const lastTyping = useRef(0);
  // The same message sent again after a lost answer is one message.
  const clientId = useRef("");
  const sending = useAction(async () => {
    const message = typed.trim();
    if (message === "") return;
    clientId.current ||= crypto.randomUUID();
    const answer = await api.post("/api/chat/messages/{chat_id}", {
      params: { path: { chat_id: chat.id } },
      body: {
        message,
        client_id: clientId.current,
        ...(replyTo && {
          reply_to_id: replyTo.id,
          reply_to_text: replyTo.message.slice(0, 100),
          reply_to_name: replyTo.sender_name,
        }),
      },
    });
    clientId.current = "";
    setTyped("");
    props.onSent({
      ...emptyMessage,
      ...answer.message,
      sender_name: text.you,
      reply_to_id: replyTo?.id ?? null,
      reply_to_text: replyTo?.message.slice(0, 100) ?? null,
      reply_to_name: replyTo?.sender_name ?? null,
    });
  });
  const type = (value: string): void => {
    setTyped(value);
    clientId.current = "";
    if (Date.now() - lastTyping.current < TYPING_PAUSE) return;
    lastTyping.current = Date.now();
    live.send({ action: "typing", conv_id: chat.id });
  };
  return (
    <form
      class="chat__compose"
      onSubmit={(event) => {
        event.preventDefault();
        sending.run();
      }}
    >
      <Failure error={sending.error} />
      {replyTo ? (
        <p class="small row">
          {text.replyingTo(replyTo.sender_name)}
          <Button kind="quiet" size="small" onClick={props.onCancelReply}>
            {common().cancel}
          </Button>
        </p>
      ) : null}
      <TextField label={text.message} autoComplete="off" maxLength={1000} value={typed} onText={type} />
      <Button kind="primary" type="submit" busy={sending.isBusy} disabled={typed.trim() === ""}>
        {text.send}
      </Button>
    </form>
  );
}

const emptyMessage = {
  sender_id: 0,
  is_own: true,
  is_edited: false,
};

function Said(props: {
  message: Message;
  onReply: () => void;
  onEdited: (text: string) => void;
  onRemoved: () => void;
}) {
  const text = texts();
  const { message } = props;
  const [draft, setDraft] = useState<string>();
  const path = { chat_id: message.id };
  const editing = useAction(async () => {
    const answer = await api.put("/api/chat/messages/{chat_id}/edit", {
      params: { path },
      body: { message: (draft ?? "").trim() },
    });
    setDraft(undefined);
    props.onEdited(answer.message);
  });
  const remove = async (): Promise<void> => {
    await api.delete("/api/chat/messages/{chat_id}", { params: { path } });
    props.onRemoved();
  };
  return (
    <li class={message.is_own ? "bubble bubble--own" : "bubble"}>
      <p class="muted small bubble__head">
        <strong>{message.is_own ? text.you : message.sender_name}</strong> {moment(message.created_at)}
        {message.is_edited ? ` · ${text.edited}` : ""}
      </p>
      {message.reply_to_text ? (
        <p class="bubble__quote small">
          {message.reply_to_name}: {message.reply_to_text}
        </p>
      ) : null}
      {draft === undefined ? (
        <p class="multiline bubble__text">{message.message}</p>
      ) : (
        <form
          class="row"
          onSubmit={(event) => {
            event.preventDefault();
            editing.run();
          }}
        >
          <TextField label={text.edit} maxLength={1000} focusFirst value={draft} onText={setDraft} />
          <Button size="small" type="submit" busy={editing.isBusy} disabled={draft.trim() === ""}>
            {common().save}
          </Button>
          <Button size="small" kind="quiet" onClick={() => setDraft(undefined)}>
            {common().cancel}
          </Button>
        </form>
      )}
      <Failure error={editing.error} />
      {draft === undefined ? (
        <div class="row bubble__tools">
          <Button kind="quiet" size="small" onClick={props.onReply}>
            {text.reply}
          </Button>
          {message.is_own ? (
            <>
              <Button kind="quiet" size="small" onClick={() => setDraft(message.message)}>
                {text.edit}
              </Button>
              <ConfirmButton name={text.remove} kind="quiet" size="small" onConfirm={remove}>
                {text.removeSure}
              </ConfirmButton>
            </>
          ) : (
            <Report userId={message.sender_id} messageId={message.id} />
          )}
        </div>
      ) : null}
    </li>
  );
}

/** Leaving a group or ending a connection, after a question. */
function Ending(props: ConversationProps) {
  const text = texts();
  const { chat } = props;
  const end = async (): Promise<void> => {
    if (chat.is_group) {
      await api.delete("/api/chat/group/{conv_id}/exit", { params: { path: { conv_id: chat.id } } });
    } else if (chat.other_id !== null) {
      await api.delete("/api/chat/friend/{other_id}", { params: { path: { other_id: chat.other_id } } });
    }
    props.onBack();
    props.onChange();
  };
  if (!chat.is_group && chat.other_id === null) return null;
  return (
    <ConfirmButton name={chat.is_group ? text.leave : text.unfriend} kind="quiet" size="small" onConfirm={end}>
      {chat.is_group ? text.leaveSure : text.unfriendSure}
    </ConfirmButton>
  );
}
