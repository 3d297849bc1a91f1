import { useBatches } from "@/shared/admin/useBatches";
import { api, type Schema } from "@/shared/api/client";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { Checkbox, type Option, SelectField, TextArea, TextField } from "@/shared/components/fields";

import "./admin-exams.css";
import { type ExamForm, NEW_SECTION, type SectionForm } from "./examForm";
import { texts } from "./texts";

interface ExamFieldsProps {
  form: ExamForm;
  onChange: (form: ExamForm) => void;
  /** What the server says of single fields. */
  errors: Readonly<Record<string, string>>;
  /** For an exam that does not exist yet: presets may fill the form. */
  presets?: readonly Schema<"Preset">[] | undefined;
  hasCode?: boolean;
}

/** The fields of an exam: what each one needs at the top, the rest to be opened. */
export function ExamFields({ form, onChange, errors, presets, hasCode = false }: ExamFieldsProps) {
  const text = texts();
  const set = (changes: Partial<ExamForm>): void => onChange({ ...form, ...changes });
  const choosePreset = (id: string): void => {
    const preset = presets?.find((one) => one.id === id);
    set({ preset: id, ...(preset && { duration: String(preset.duration) }) });
  };
  return (
    <>
      {presets ? (
        <SelectField
          label={text.preset}
          value={form.preset}
          onChoice={choosePreset}
          options={[
            { value: "", text: text.noPreset },
            ...presets.map(({ id, name, year }) => ({
              value: id,
              text: name.includes(String(year)) ? name : `${name} (${year})`,
            })),
          ]}
        />
      ) : null}
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
          type="number"
          min={1}
          required
          value={form.duration}
          error={errors.duration}
          onText={(duration) => set({ duration })}
        />
      </div>
      <details>
        <summary>{text.more}</summary>
        <MoreFields form={form} set={set} errors={errors} hasCode={hasCode} />
      </details>
    </>
  );
}

interface MoreProps {
  form: ExamForm;
  set: (changes: Partial<ExamForm>) => void;
  errors: Readonly<Record<string, string>>;
  hasCode: boolean;
}

function MoreFields({ form, set, errors, hasCode }: MoreProps) {
  const text = texts();
  const choices = <T extends string>(names: Record<T, string>): Option[] =>
    Object.entries<string>(names).map(([value, shown]) => ({ value, text: shown }));
  return (
    <div class="stack">
      <TextArea
        label={text.instructions}
        value={form.instructions}
        error={errors.instructions}
        onText={(instructions) => set({ instructions })}
      />
      <div class="form-grid">
        <TextField
          label={text.maxAttempts}
          type="number"
          min={0}
          value={form.maxAttempts}
          error={errors.max_attempts}
          onText={(maxAttempts) => set({ maxAttempts })}
        />
        <TextField
          label={text.positive}
          value={form.positive}
          error={errors.positive_marks}
          onText={(positive) => set({ positive })}
        />
        <TextField
          label={text.negative}
          value={form.negative}
          error={errors.negative_marks}
          onText={(negative) => set({ negative })}
        />
        <SelectField
          label={text.counted}
          value={form.counted}
          onChoice={(counted) => set({ counted: counted as ExamForm["counted"] })}
          options={choices({ best: text.best, first: text.first, last: text.last })}
        />
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
        <TextField
          label={text.closesAt}
          hint={text.closesHint}
          type="datetime-local"
          value={form.closesAt}
          error={errors.closes_at}
          onText={(closesAt) => set({ closesAt })}
        />
        <SelectField
          label={text.discussion}
          value={form.discussion}
          onChoice={(discussion) => set({ discussion: discussion as ExamForm["discussion"] })}
          options={choices({ after_attempt: text.afterAttempt, open: text.open, off: text.off })}
        />
        <TextField
          label={text.accessCode}
          hint={hasCode ? text.accessCodeKept : undefined}
          autoComplete="off"
          maxLength={64}
          value={form.accessCode}
          error={errors.access_code}
          onText={(accessCode) => set({ accessCode })}
        />
        <SelectField
          label={text.audience}
          value={form.audience}
          error={errors.audience ?? errors.batch_ids}
          onChoice={(audience) => set({ audience: audience as ExamForm["audience"] })}
          options={choices({ everyone: text.everyone, batches: text.batches })}
        />
        <Category value={form.categoryId} onChange={(categoryId) => set({ categoryId })} />
      </div>
      <Sections sections={form.sections} error={errors.sections} onChange={(sections) => set({ sections })} />
      {form.audience === "batches" ? (
        <Batches chosen={form.batchIds} onChange={(batchIds) => set({ batchIds })} />
      ) : null}
      <div>
        {hasCode ? (
          <Checkbox
            label={text.removeCode}
            checked={form.removesCode}
            onChange={(removesCode) => set({ removesCode })}
          />
        ) : null}
        <Checkbox label={text.hindi} checked={form.hasHindi} onChange={(hasHindi) => set({ hasHindi })} />
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
        <Checkbox label={text.allowChat} checked={form.allowsChat} onChange={(allowsChat) => set({ allowsChat })} />
        <Checkbox
          label={text.allowAssistant}
          checked={form.allowsAssistant}
          onChange={(allowsAssistant) => set({ allowsAssistant })}
        />
      </div>
    </div>
  );
}

/** The batches that may sit. */
function Batches(props: { chosen: readonly number[]; onChange: (ids: readonly number[]) => void }) {
  const text = texts();
  const loaded = useBatches();
  const toggle = (id: number, isChosen: boolean): void =>
    props.onChange(isChosen ? [...props.chosen, id] : props.chosen.filter((other) => other !== id));
  return (
    <fieldset>
      <legend>{text.batches}</legend>
      <Failure error={loaded.error} onRetry={loaded.reload} />
      {loaded.data?.length === 0 ? <p class="muted">{text.noBatches}</p> : null}
      {loaded.data?.map((batch) => (
        <Checkbox
          key={batch.id}
          label={`${batch.name} (${batch.student_count})`}
          checked={props.chosen.includes(batch.id)}
          onChange={(isChosen) => toggle(batch.id, isChosen)}
        />
      ))}
    </fieldset>
  );
}

function Category(props: { value: string; onChange: (id: string) => void }) {
  const text = texts();
  const loaded = useLoaded("categories", (signal) => api.get("/admin/api/categories", { signal }));
  const categories = loaded.data?.categories ?? [];
  if (categories.length === 0) return <Failure error={loaded.error} onRetry={loaded.reload} />;
  return (
    <SelectField
      label={text.category}
      value={props.value}
      onChoice={props.onChange}
      options={[{ value: "", text: "–" }, ...categories.map(({ id, name }) => ({ value: String(id), text: name }))]}
    />
  );
}

/** The sections of a paper, in order. None are sent unless they are changed: a preset brings its own. */
function Sections(props: {
  sections: readonly SectionForm[];
  error: string | undefined;
  onChange: (sections: readonly SectionForm[]) => void;
}) {
  const text = texts();
  const { sections, onChange } = props;
  const change = (at: number, changes: Partial<SectionForm>): void =>
    onChange(sections.map((section, index) => (index === at ? { ...section, ...changes } : section)));
  return (
    <fieldset class="stack">
      <legend>{text.sections}</legend>
      <p class="muted small">{text.sectionsHint}</p>
      {props.error ? <p class="field__error">{props.error}</p> : null}
      {sections.map((section, at) => (
        <div key={at} class="form-grid">
          <TextField
            label={text.sectionName(at + 1)}
            required
            maxLength={100}
            value={section.name}
            onText={(name) => change(at, { name })}
          />
          <TextField
            label={text.sectionMinutes(at + 1)}
            type="number"
            min={1}
            value={section.minutes}
            onText={(minutes) => change(at, { minutes })}
          />
          <TextField
            label={text.sectionChoose(at + 1)}
            type="number"
            min={1}
            value={section.choose}
            onText={(choose) => change(at, { choose })}
          />
          <div class="form-grid__end">
            <Button kind="quiet" size="small" onClick={() => onChange(sections.filter((_, index) => index !== at))}>
              {text.removeSection(at + 1)}
            </Button>
          </div>
        </div>
      ))}
      <div>
        <Button size="small" onClick={() => onChange([...sections, NEW_SECTION])}>
          {text.addSection}
        </Button>
      </div>
    </fieldset>
  );
}
