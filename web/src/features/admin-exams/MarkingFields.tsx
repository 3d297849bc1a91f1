import { type Option, SelectField, TextField } from "@/shared/components/fields";

import { examTexts } from "./examTexts";
import { type MarkingForm, QUESTION_TYPES, type QuestionType, type TypeMarksForm } from "./markingForm";

/**
 * The marks of each type of question.
 *
 * @param of the section that they are for; none for the exam's.
 * @param path the field of the API that the scheme is sent as, to find what the server says of its parts.
 */
export function MarkingFields(props: {
  marking: MarkingForm;
  onChange: (marking: MarkingForm) => void;
  of?: string;
  path: string;
  errors: Readonly<Record<string, string>>;
}) {
  const { marking, onChange, of } = props;
  return (
    <div class="stack">
      {QUESTION_TYPES.map((type) => (
        <TypeMarks
          key={type}
          type={type}
          marks={marking[type]}
          onChange={(changes) => onChange({ ...marking, [type]: { ...marking[type], ...changes } })}
          of={of}
          path={`${props.path}.${type}`}
          errors={props.errors}
        />
      ))}
    </div>
  );
}

function TypeMarks(props: {
  type: QuestionType;
  marks: TypeMarksForm;
  onChange: (changes: Partial<TypeMarksForm>) => void;
  of: string | undefined;
  path: string;
  errors: Readonly<Record<string, string>>;
}) {
  const text = examTexts();
  const { type, marks, onChange, of, path, errors } = props;
  const isOfExam = of === undefined;
  const modes: Option[] = [
    ...(isOfExam ? [] : [{ value: "", text: text.asExam }]),
    { value: "none", text: text.partialNone },
    { value: "per_option", text: text.partialPerOption },
    { value: "proportional", text: text.partialProportional },
  ];
  return (
    <div class="form-grid form-grid--narrow">
      <TextField
        label={text.rightMarks(type)}
        of={of}
        autoComplete="off"
        value={marks.positive}
        error={errors[`${path}.positive`]}
        onText={(positive) => onChange({ positive })}
      />
      <TextField
        label={text.wrongMarks(type)}
        of={of}
        autoComplete="off"
        value={marks.negative}
        error={errors[`${path}.negative`]}
        onText={(negative) => onChange({ negative })}
      />
      {type === "MSQ" ? (
        <SelectField
          label={text.partial}
          of={of}
          value={isOfExam ? marks.partial || "none" : marks.partial}
          error={errors[`${path}.partial`]}
          onChoice={(partial) => onChange({ partial: partial as TypeMarksForm["partial"] })}
          options={modes}
        />
      ) : null}
      {type === "MSQ" && (marks.partial === "per_option" || marks.partialMarks !== "") ? (
        <TextField
          label={text.partialMarks}
          of={of}
          autoComplete="off"
          placeholder="1"
          value={marks.partialMarks}
          error={errors[`${path}.partial_marks`]}
          onText={(partialMarks) => onChange({ partialMarks })}
        />
      ) : null}
    </div>
  );
}
