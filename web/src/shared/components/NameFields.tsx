import { messages } from "@/shared/i18n/messages";

import { TextField } from "./fields";

const texts = messages(
  { firstName: "First name", lastName: "Last name" },
  { firstName: "पहला नाम", lastName: "उपनाम" },
);

/** Somebody's name as the API takes it; the last one may be empty. */
export interface PersonName {
  readonly first_name: string;
  readonly last_name: string;
}

/** The parts of a full name. */
export function namesOf(fullName: string): PersonName {
  const [first = "", ...rest] = fullName.split(" ");
  return { first_name: first, last_name: rest.join(" ") };
}

/**
 * The two fields of a name.
 *
 * @param errors what the server says of single fields.
 * @param isOwn whether the browser may fill in the name of the one who types.
 */
export function NameFields(props: {
  name: PersonName;
  errors: Readonly<Record<string, string>>;
  isOwn?: boolean;
  onChange: (name: PersonName) => void;
}) {
  const text = texts();
  const { name, errors, isOwn = true, onChange } = props;
  return (
    <>
      <TextField
        label={text.firstName}
        autoComplete={isOwn ? "given-name" : "off"}
        required
        focusFirst={!isOwn}
        value={name.first_name}
        error={errors.first_name}
        onText={(first) => onChange({ ...name, first_name: first })}
      />
      <TextField
        label={text.lastName}
        autoComplete={isOwn ? "family-name" : "off"}
        value={name.last_name}
        error={errors.last_name}
        onText={(last) => onChange({ ...name, last_name: last })}
      />
    </>
  );
}
