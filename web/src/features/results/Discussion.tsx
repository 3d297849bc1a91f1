import { useState } from "preact/hooks";

import { api, isRefusal, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { ConfirmButton } from "@/shared/components/ConfirmButton";
import { Failure } from "@/shared/components/Failure";
import { TextArea } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { moment } from "@/shared/format/time";
import { common } from "@/shared/i18n/common";
import { ListEnd } from "@/shared/lists/ListEnd";
import { useCursorList } from "@/shared/lists/useServerList";
import { RichText } from "@/shared/math/RichText";

import { texts } from "./texts";

type Comment = Schema<"CommentView">;

interface DiscussionProps {
  examId: number;
  questionId: number;
  /** Of the question, as the student sees it. */
  number: number;
  count: number;
}

/** What students say about a question; loaded when it is opened. */
export function Discussion(props: DiscussionProps) {
  const text = texts();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button kind="quiet" size="small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {text.discussion(props.count)}
      </Button>
      {isOpen ? <Thread {...props} /> : null}
    </>
  );
}

function Thread(props: DiscussionProps) {
  const text = texts();
  const { questionId } = props;
  const [parent, setParent] = useState<Comment>();
  const thread = useCursorList<Comment>(`discussion ${questionId}`, async (cursor, signal) => {
    const path = { question_id: questionId };
    const page = await api.get("/api/discussion/{question_id}", {
      params: { path, query: cursor ? { cursor } : {} },
      signal,
    });
    return { items: page.comments, next: page.next_cursor };
  });
  if (isRefusal(thread.error, "discussion_closed")) return <p class="muted">{text.discussionClosed}</p>;
  const posted = (): void => {
    setParent(undefined);
    thread.reload();
  };
  return (
    <section aria-label={text.discussionOf(props.number)}>
      <Failure error={thread.error} onRetry={thread.reload} />
      <Comments comments={thread.items} onReply={setParent} onChange={thread.reload} />
      <ListEnd list={thread} empty={text.noComments} />
      <NewComment {...props} parent={parent} onCancel={() => setParent(undefined)} onPosted={posted} />
    </section>
  );
}

interface CommentsProps {
  comments: readonly Comment[];
  onReply: (parent: Comment) => void;
  onChange: () => void;
}

function Comments(props: CommentsProps) {
  return (
    <ul class="comments" role="list">
      {props.comments.map((comment) => (
        <li key={comment.id} class="comment">
          <OneComment {...props} comment={comment} />
          {comment.replies.length > 0 ? <Comments {...props} comments={comment.replies} /> : null}
        </li>
      ))}
    </ul>
  );
}

function OneComment(props: CommentsProps & { comment: Comment }) {
  const text = texts();
  const { comment, onChange } = props;
  const remove = async (): Promise<void> => {
    const path = { comment_id: comment.id };
    await api.delete("/api/discussion/delete/{comment_id}", { params: { path } });
    onChange();
  };
  return (
    <>
      <p class="small muted">
        <strong>{comment.username}</strong> · {moment(comment.created_at)}
        {comment.is_edited ? ` · ${text.edited}` : ""}
        {comment.is_pinned ? <span class="badge badge--accent"> {text.pinned}</span> : null}
        {comment.is_best_answer ? <span class="badge badge--good"> {text.bestAnswer}</span> : null}
      </p>
      <p class="multiline">
        <RichText text={comment.message} />
      </p>
      {comment.is_deleted ? null : (
        <div class="row">
          <Button
            kind="quiet"
            size="small"
            aria-label={text.replyTo(comment.username)}
            onClick={() => props.onReply(comment)}
          >
            {text.reply}
          </Button>
          {comment.is_own ? (
            <ConfirmButton name={text.remove} kind="quiet" size="small" onConfirm={remove}>
              {text.removeSure}
            </ConfirmButton>
          ) : null}
        </div>
      )}
    </>
  );
}

interface NewCommentProps extends DiscussionProps {
  parent: Comment | undefined;
  onCancel: () => void;
  onPosted: () => void;
}

function NewComment(props: NewCommentProps) {
  const text = texts();
  const { parent } = props;
  const [message, setMessage] = useState("");
  const posting = useAction(async () => {
    await api.post("/api/discussion/{question_id}", {
      params: { path: { question_id: props.questionId } },
      body: { message: message.trim(), exam_id: props.examId, ...(parent && { parent_id: parent.id }) },
    });
    setMessage("");
    props.onPosted();
  });
  return (
    <Form onSubmit={() => posting.run()}>
      <Failure error={posting.error} />
      {parent ? (
        <p class="small row">
          {text.replyTo(parent.username)}
          <Button kind="quiet" size="small" onClick={props.onCancel}>
            {common().cancel}
          </Button>
        </p>
      ) : null}
      <TextArea
        label={text.comment}
        rows={2}
        required
        maxLength={500}
        focusFirst={parent !== undefined}
        value={message}
        onText={setMessage}
      />
      <p>
        <Button type="submit" size="small" busy={posting.isBusy} disabled={message.trim() === ""}>
          {text.post}
        </Button>
      </p>
    </Form>
  );
}
