import { Button } from "@/shared/components/Button";
import { SelectField, TextArea, TextField } from "@/shared/components/fields";

import { type DrawForm, NEW_DRAW, newSection, type SectionForm } from "./examForm";
import { examTexts } from "./examTexts";
import { MarkingFields } from "./MarkingFields";
import { QUESTION_TYPES } from "./markingForm";

type Errors = Readonly<Record<string, string>>;

/** The sections of a paper, in order. */
export function SectionFields(props: {
  sections: readonly SectionForm[];
  errors: Errors;
  onChange: (sections: readonly SectionForm[]) => void;
}) {
  const text = examTexts();
  const { sections, onChange, errors } = props;
  const change = (at: number, changes: Partial<SectionForm>): void =>
    onChange(sections.map((section, index) => (index === at ? { ...section, ...changes } : section)));
  const swap = (at: number, other: number): void =>
    onChange(
      sections.map(
        (section, index) => (index === at ? sections[other] : index === other ? sections[at] : section) ?? section,
      ),
    );
  return (
    <div class="stack">
      <p class="muted small">{text.sectionsHint}</p>
      {errors.sections ? <p class="field__error">{errors.sections}</p> : null}
      {sections.length === 0 ? <p class="muted">{text.noSections}</p> : null}
      {sections.map((section, at) => (
        <SectionCard
          key={section.key}
          number={at + 1}
          section={section}
          errors={errors}
          onChange={(changes) => change(at, changes)}
          onRemove={() => onChange(sections.filter((_, index) => index !== at))}
          onUp={at > 0 ? () => swap(at, at - 1) : undefined}
          onDown={at < sections.length - 1 ? () => swap(at, at + 1) : undefined}
        />
      ))}
      <div>
        <Button size="small" onClick={() => onChange([...sections, newSection(sections)])}>
          {text.addSection}
        </Button>
      </div>
    </div>
  );
}

function SectionCard(props: {
  number: number;
  section: SectionForm;
  errors: Errors;
  onChange: (changes: Partial<SectionForm>) => void;
  onRemove: () => void;
  onUp: (() => void) | undefined;
  onDown: (() => void) | undefined;
}) {
  const text = examTexts();
  const { number, section, errors, onChange } = props;
  const of = text.section(number);
  const path = `sections[${number - 1}]`;
  return (
    <section class="section-card stack" aria-label={text.sectionTitle(number, section.name)}>
      <div class="row row--apart">
        <h2 class="section-card__title">{text.sectionTitle(number, section.name)}</h2>
        <div class="row row--tight">
          <MoveButton name={text.moveUp(number)} sign="↑" onClick={props.onUp} />
          <MoveButton name={text.moveDown(number)} sign="↓" onClick={props.onDown} />
          <Button kind="quiet" size="small" onClick={props.onRemove}>
            {text.removeSection(number)}
          </Button>
        </div>
      </div>
      {errors[path] ? <p class="field__error">{errors[path]}</p> : null}
      <div class="form-grid">
        <TextField
          label={text.name}
          of={of}
          required
          maxLength={200}
          value={section.name}
          error={errors[`${path}.name`]}
          onText={(name) => onChange({ name })}
        />
        <TextField
          label={text.sectionMinutes}
          of={of}
          type="number"
          min={1}
          value={section.minutes}
          error={errors[`${path}.minutes`]}
          onText={(minutes) => onChange({ minutes })}
        />
        <TextField
          label={text.choose}
          of={of}
          type="number"
          min={1}
          hint={section.expected ? text.expected(section.expected) : undefined}
          value={section.choose}
          error={errors[`${path}.choose`]}
          onText={(choose) => onChange({ choose })}
        />
      </div>
      <details>
        <summary>{text.sectionInstructions}</summary>
        <TextArea
          label={text.instructions}
          of={of}
          rows={3}
          maxLength={2000}
          value={section.instructions}
          error={errors[`${path}.instructions`]}
          onText={(instructions) => onChange({ instructions })}
        />
      </details>
      <details>
        <summary>{text.sectionMarking}</summary>
        <MarkingFields
          marking={section.marking}
          of={of}
          path={`${path}.marking`}
          errors={errors}
          onChange={(marking) => onChange({ marking })}
        />
      </details>
      <details open={section.draws.length > 0}>
        <summary>{text.draws}</summary>
        <Draws
          section={number}
          draws={section.draws}
          path={`${path}.draw`}
          errors={errors}
          onChange={(draws) => onChange({ draws })}
        />
      </details>
    </section>
  );
}

function MoveButton(props: { name: string; sign: string; onClick: (() => void) | undefined }) {
  return (
    <Button size="small" aria-label={props.name} disabled={!props.onClick} onClick={props.onClick}>
      {props.sign}
    </Button>
  );
}

function Draws(props: {
  section: number;
  draws: readonly DrawForm[];
  path: string;
  errors: Errors;
  onChange: (draws: readonly DrawForm[]) => void;
}) {
  const text = examTexts();
  const { section, draws, path, errors, onChange } = props;
  const change = (at: number, changes: Partial<DrawForm>): void =>
    onChange(draws.map((draw, index) => (index === at ? { ...draw, ...changes } : draw)));
  return (
    <div class="stack">
      <p class="muted small">{text.drawsHint}</p>
      {errors[path] ? <p class="field__error">{errors[path]}</p> : null}
      {draws.map((draw, at) => {
        const of = text.drawOf(at + 1, section);
        const place = `${path}[${at}]`;
        return (
          <div key={at} class="form-grid form-grid--narrow">
            <TextField
              label={text.drawCount}
              of={of}
              type="number"
              min={1}
              required
              value={draw.count}
              error={errors[`${place}.count`]}
              onText={(count) => change(at, { count })}
            />
            <SelectField
              label={text.drawType}
              of={of}
              value={draw.type}
              error={errors[`${place}.question_type`]}
              onChoice={(type) => change(at, { type: type as DrawForm["type"] })}
              options={[{ value: "", text: text.any }, ...QUESTION_TYPES.map((value) => ({ value, text: value }))]}
            />
            <SelectField
              label={text.drawDifficulty}
              of={of}
              value={draw.difficulty}
              error={errors[`${place}.difficulty`]}
              onChoice={(difficulty) => change(at, { difficulty: difficulty as DrawForm["difficulty"] })}
              options={[
                { value: "", text: text.any },
                { value: "Easy", text: text.easy },
                { value: "Medium", text: text.medium },
                { value: "Hard", text: text.hard },
              ]}
            />
            <TextField
              label={text.drawTopic}
              of={of}
              value={draw.topic}
              placeholder={text.any}
              error={errors[`${place}.topic`]}
              onText={(topic) => change(at, { topic })}
            />
            <div class="form-grid__end">
              <Button
                kind="quiet"
                size="small"
                aria-label={text.removeDraw(at + 1, section)}
                onClick={() => onChange(draws.filter((_, index) => index !== at))}
              >
                ✕
              </Button>
            </div>
          </div>
        );
      })}
      <div>
        <Button size="small" onClick={() => onChange([...draws, NEW_DRAW])}>
          {text.addDraw(section)}
        </Button>
      </div>
    </div>
  );
}
