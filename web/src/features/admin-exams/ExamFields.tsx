import type { ComponentChildren } from "preact";

import { useBatches } from "@/shared/admin/useBatches";
import { api, type Schema } from "@/shared/api/client";
import { useLoaded } from "@/shared/api/useLoaded";
import { Failure } from "@/shared/components/Failure";
import { Checkbox, type Option, SelectField, TextArea, TextField } from "@/shared/components/fields";
import { languageName, LANGUAGES } from "@/shared/i18n/languages";

import "./admin-exams.css";
import { type ExamForm, filledBy, sectionMinutes } from "./examForm";
import { examTexts } from "./examTexts";
import { MarkingFields } from "./MarkingFields";
import { SectionFields } from "./SectionFields";

interface ExamFieldsProps {
  form: ExamForm;
  onChange: (form: ExamForm) => void;
  /** What the server says of single fields. */
  errors: Readonly<Record<string, string>>;
  /** For an exam that does not exist yet: presets may fill the form. */
  presets?: readonly Schema<"Preset">[] | undefined;
  hasCode?: boolean;
}

interface PartProps {
  form: ExamForm;
  set: (changes: Partial<ExamForm>) => void;
  errors: Readonly<Record<string, string>>;
}

/** All fields of an exam: what each one needs at the top, the rest in groups to be opened. */
export function ExamFields({ form, onChange, errors, presets, hasCode = false }: ExamFieldsProps) {
  const text = examTexts();
  const set = (changes: Partial<ExamForm>): void => onChange({ ...form, ...changes });
  const part = { form, set, errors };
  return (
    <>
      {presets ? <Preset form={form} set={set} presets={presets} /> : null}
      <NameAndTime {...part} />
      <Group title={text.sections}>
        <SectionFields sections={form.sections} errors={errors} onChange={(sections) => set({ sections })} />
      </Group>
      <Group title={text.marking}>
        <Marking {...part} />
      </Group>
      <Group title={text.whoAndWhen}>
        <WhoAndWhen {...part} hasCode={hasCode} />
      </Group>
      <Group title={text.resultsAndTalk}>
        <ResultsAndTalk {...part} />
      </Group>
      <Group title={text.languagesAndOrder}>
        <LanguagesAndOrder {...part} />
      </Group>
    </>
  );
}

function Group(props: { title: string; children: ComponentChildren }) {
  return (
    <details class="group">
      <summary class="group__title">{props.title}</summary>
      <div class="stack">{props.children}</div>
    </details>
  );
}

function Preset(props: Omit<PartProps, "errors"> & { presets: readonly Schema<"Preset">[] }) {
  const text = examTexts();
  const { form, set, presets } = props;
  const chosen = presets.find(({ id }) => id === form.preset);
  return (
    <SelectField
      label={text.preset}
      hint={chosen ? text.presetFills(chosen.sections.length, chosen.source) : undefined}
      value={form.preset}
      onChoice={(id) => {
        const preset = presets.find((one) => one.id === id);
        set({ preset: id, ...(preset && filledBy(preset)) });
      }}
      options={[
        { value: "", text: text.noPreset },
        ...presets.map(({ id, name, year }) => ({
          value: id,
          text: name.includes(String(year)) ? name : `${name} (${year})`,
        })),
      ]}
    />
  );
}

function NameAndTime({ form, set, errors }: PartProps) {
  const text = examTexts();
  const ofSections = sectionMinutes(form.sections);
  return (
    <>
      <TextField label={text.name} required value={form.name} error={errors.name} onText={(name) => set({ name })} />
      <div class="form-grid">
        <TextField
          label={text.date}
          type="date"
          required
          value={form.date}
          error={errors.date}
          onText={(date) => set({ date })}
        />
        <TextField
          label={text.startTime}
          type="time"
          required
          value={form.startTime}
          error={errors.start_time}
          onText={(startTime) => set({ startTime })}
        />
        <TextField
          label={text.duration}
          hint={ofSections === undefined ? undefined : text.durationOfSections}
          type="number"
          min={1}
          required
          disabled={ofSections !== undefined}
          value={ofSections === undefined ? form.duration : String(ofSections)}
          error={errors.duration}
          onText={(duration) => set({ duration })}
        />
      </div>
      <TextArea
        label={text.instructions}
        value={form.instructions}
        error={errors.instructions}
        onText={(instructions) => set({ instructions })}
      />
      <div class="form-grid">
        <SelectField
          label={text.status}
          value={form.status}
          error={errors.status}
          onChoice={(status) => set({ status: status as ExamForm["status"] })}
          options={choices({
            upcoming: text.statusUpcoming,
            ongoing: text.statusOngoing,
            completed: text.statusCompleted,
          })}
        />
        <Category value={form.categoryId} error={errors.category_id} onChange={(categoryId) => set({ categoryId })} />
      </div>
    </>
  );
}

function Category(props: { value: string; error: string | undefined; onChange: (id: string) => void }) {
  const text = examTexts();
  const loaded = useLoaded("categories", (signal) => api.get("/admin/api/categories", { signal }));
  const categories = loaded.data?.categories ?? [];
  if (loaded.error) return <Failure error={loaded.error} onRetry={loaded.reload} />;
  return (
    <SelectField
      label={text.category}
      value={props.value}
      error={props.error}
      onChoice={props.onChange}
      options={[
        { value: "", text: text.noCategory },
        ...categories.map(({ id, name }) => ({ value: String(id), text: name })),
      ]}
    />
  );
}

function Marking({ form, set, errors }: PartProps) {
  const text = examTexts();
  return (
    <>
      <p class="muted small">{text.markingHint}</p>
      <div class="form-grid">
        <TextField
          label={text.positive}
          placeholder="4"
          autoComplete="off"
          value={form.positive}
          error={errors.positive_marks}
          onText={(positive) => set({ positive })}
        />
        <TextField
          label={text.negative}
          placeholder="1"
          autoComplete="off"
          value={form.negative}
          error={errors.negative_marks}
          onText={(negative) => set({ negative })}
        />
      </div>
      <p class="muted small">{text.byType}</p>
      <MarkingFields marking={form.marking} path="marking" errors={errors} onChange={(marking) => set({ marking })} />
    </>
  );
}

function WhoAndWhen({ form, set, errors, hasCode }: PartProps & { hasCode: boolean }) {
  const text = examTexts();
  return (
    <>
      <div class="form-grid">
        <SelectField
          label={text.audience}
          value={form.audience}
          error={errors.audience}
          onChoice={(audience) => set({ audience: audience as ExamForm["audience"] })}
          options={choices({ everyone: text.everyone, batches: text.batches })}
        />
        <TextField
          label={text.closesAt}
          hint={text.closesHint}
          type="datetime-local"
          value={form.closesAt}
          error={errors.closes_at}
          onText={(closesAt) => set({ closesAt })}
        />
        <TextField
          label={text.accessCode}
          hint={hasCode ? text.accessCodeKept : text.accessCodeHint}
          autoComplete="off"
          maxLength={64}
          value={form.accessCode}
          error={errors.access_code}
          onText={(accessCode) => set({ accessCode })}
        />
        <TextField
          label={text.maxAttempts}
          type="number"
          min={0}
          value={form.maxAttempts}
          error={errors.max_attempts}
          onText={(maxAttempts) => set({ maxAttempts })}
        />
        <SelectField
          label={text.counted}
          value={form.counted}
          error={errors.counted_attempt}
          onChoice={(counted) => set({ counted: counted as ExamForm["counted"] })}
          options={choices({ best: text.best, first: text.first, last: text.last })}
        />
      </div>
      {form.audience === "batches" ? (
        <Batches chosen={form.batchIds} error={errors.batch_ids} onChange={(batchIds) => set({ batchIds })} />
      ) : null}
      {hasCode ? (
        <Checkbox label={text.removeCode} checked={form.removesCode} onChange={(removesCode) => set({ removesCode })} />
      ) : null}
    </>
  );
}

/** The batches that may sit. */
function Batches(props: {
  chosen: readonly number[];
  error: string | undefined;
  onChange: (ids: readonly number[]) => void;
}) {
  const text = examTexts();
  const loaded = useBatches();
  return (
    <fieldset>
      <legend>{text.batches}</legend>
      {props.error ? <p class="field__error">{props.error}</p> : null}
      <Failure error={loaded.error} onRetry={loaded.reload} />
      {loaded.data?.length === 0 ? <p class="muted">{text.noBatches}</p> : null}
      <Choices
        options={(loaded.data ?? []).map((batch) => ({
          value: batch.id,
          text: `${batch.name} (${batch.student_count})`,
        }))}
        chosen={props.chosen}
        onChange={props.onChange}
      />
    </fieldset>
  );
}

/** Boxes to tick, in columns. What is chosen keeps the order in which it was. */
function Choices<T extends string | number>(props: {
  options: readonly { readonly value: T; readonly text: string }[];
  chosen: readonly T[];
  onChange: (chosen: readonly T[]) => void;
}) {
  const { chosen, onChange } = props;
  return (
    <div class="choices">
      {props.options.map(({ value, text }) => (
        <Checkbox
          key={value}
          label={text}
          checked={chosen.includes(value)}
          onChange={(isChosen) => onChange(isChosen ? [...chosen, value] : chosen.filter((other) => other !== value))}
        />
      ))}
    </div>
  );
}

function ResultsAndTalk({ form, set, errors }: PartProps) {
  const text = examTexts();
  return (
    <>
      <div class="form-grid">
        <SelectField
          label={text.resultMode}
          value={form.resultMode}
          error={errors.result_mode}
          onChoice={(mode) => set({ resultMode: mode as ExamForm["resultMode"] })}
          options={choices({
            instant: text.instant,
            delayed: text.delayed,
            manual: text.manual,
            after_close: text.afterClose,
          })}
        />
        {form.resultMode === "delayed" ? (
          <TextField
            label={text.resultDelay}
            type="number"
            min={0}
            value={form.resultDelay}
            error={errors.result_delay}
            onText={(resultDelay) => set({ resultDelay })}
          />
        ) : null}
        <SelectField
          label={text.discussion}
          value={form.discussion}
          error={errors.discussion}
          onChoice={(discussion) => set({ discussion: discussion as ExamForm["discussion"] })}
          options={choices({ after_attempt: text.afterAttempt, open: text.open, off: text.off })}
        />
      </div>
      <div>
        <Checkbox label={text.allowChat} checked={form.allowsChat} onChange={(allowsChat) => set({ allowsChat })} />
        <Checkbox
          label={text.allowAssistant}
          checked={form.allowsAssistant}
          onChange={(allowsAssistant) => set({ allowsAssistant })}
        />
      </div>
    </>
  );
}

function LanguagesAndOrder({ form, set, errors }: PartProps) {
  const text = examTexts();
  const [first = "en", ...others] = form.languages;
  const known = [...new Set([...LANGUAGES, ...form.languages])];
  return (
    <>
      <SelectField
        label={text.language}
        value={first}
        error={errors.languages}
        onChoice={(chosen) => set({ languages: [chosen, ...others.filter((other) => other !== chosen)] })}
        options={known.map((value) => ({ value, text: languageName(value) }))}
      />
      <fieldset>
        <legend>{text.translations}</legend>
        <Choices
          options={known.filter((code) => code !== first).map((value) => ({ value, text: languageName(value) }))}
          chosen={others}
          onChange={(chosen) => set({ languages: [first, ...chosen] })}
        />
      </fieldset>
      <div>
        <Checkbox
          label={text.shuffleQuestions}
          checked={form.shufflesQuestions}
          onChange={(shufflesQuestions) => set({ shufflesQuestions })}
        />
        <Checkbox
          label={text.shuffleOptions}
          checked={form.shufflesOptions}
          onChange={(shufflesOptions) => set({ shufflesOptions })}
        />
      </div>
    </>
  );
}

function choices<T extends string>(names: Record<T, string>): Option[] {
  return Object.entries<string>(names).map(([value, text]) => ({ value, text }));
}
