import type { Answer, MaybeAnswer } from "../src/index.js";

interface Saved {
  answers: Record<string, Answer>;
  markedForReview: number[];
  visited: number[];
  seconds: Record<string, number>;
  revision: number;
}

interface SyncBody extends Partial<Omit<Saved, "answers">> {
  answers?: Record<string, MaybeAnswer>;
}

/** What becomes of a request: it is lost on the way, its answer is, or it is answered with this status. */
export type Fate = "lost" | "unanswered" | { status: number; headers?: Record<string, string>; body?: object };

/** The sitting part of the API, in memory, over a network that obeys the test. Question 101 to 999 exist. */
export class Server {
  saved: Saved = { answers: {}, markedForReview: [], visited: [], seconds: {}, revision: 0 };
  attemptId = 17;
  ended = false;
  endsAt = Date.now() + 3600_000;
  graceSeconds = 30;
  sections: object[] = [];
  /** Milliseconds by which its clock is ahead of the device's. */
  ahead = 0;
  /** Fates of the next requests, in order; later ones are answered. */
  fates: Fate[] = [];
  /** Paths of all requests, and bodies of all syncs, that arrived. */
  readonly arrived: string[] = [];
  readonly syncs: SyncBody[] = [];
  readonly requests: Request[] = [];

  readonly fetch = async (request: Request): Promise<Response> => {
    this.requests.push(request.clone());
    const fate = this.fates.shift();
    if (fate === "lost") throw new TypeError("fetch failed");
    if (typeof fate === "object") return Response.json(fate.body ?? { message: "no" }, fate);
    const response = await this.#answer(request);
    if (fate === "unanswered") throw new TypeError("fetch failed");
    return response;
  };

  get #now(): number {
    return Date.now() + this.ahead;
  }

  get #remaining(): number {
    return Math.max(0, Math.floor((this.endsAt - this.#now) / 1000));
  }

  async #answer(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    this.arrived.push(`${request.method} ${pathname}`);
    if (pathname.startsWith("/start-exam/")) return Response.json({ success: true, attempt_id: this.attemptId });
    if (pathname.startsWith("/submit-exam/")) {
      this.ended = true;
      return Response.json({ success: true, result_id: 9, visible: true, result_mode: "instant" });
    }
    if (pathname.startsWith("/exam/")) return Response.json(this.#paper());
    return this.#sync((await request.json()) as SyncBody);
  }

  #state() {
    const server_time = new Date(this.#now).toISOString();
    return { ...structuredClone(this.saved), remaining_seconds: this.#remaining, server_time };
  }

  #paper() {
    return {
      success: true,
      attempt_id: this.attemptId,
      questions: [],
      sections: this.sections,
      passages: [],
      ...this.#state(),
    };
  }

  #sync(body: SyncBody): Response {
    this.syncs.push(body);
    if (this.ended || this.#now > this.endsAt + this.graceSeconds * 1000) {
      return Response.json({ message: "over", code: "exam_time_over" }, { status: 409 });
    }
    if (body.revision !== this.saved.revision) {
      return Response.json({ message: "stale", code: "stale_revision", ...this.#state() }, { status: 409 });
    }
    const rejected = [];
    for (const [id, answer] of Object.entries(body.answers ?? {})) {
      if (answer === "?") rejected.push({ question_id: id, code: "not_an_answer", message: "Not a number" });
      else if (answer) this.saved.answers[id] = answer;
      else if (this.#remaining > 0) delete this.saved.answers[id];
    }
    this.saved.markedForReview = body.markedForReview ?? this.saved.markedForReview;
    this.saved.visited = body.visited ?? this.saved.visited;
    this.saved.seconds = body.seconds ?? this.saved.seconds;
    this.saved.revision += 1;
    const { answers, markedForReview, ...rest } = this.#state();
    return Response.json({ success: true, saved: 1, rejected, ...rest });
  }
}
