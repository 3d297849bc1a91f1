import { useState } from "preact/hooks";

import { api, ApiError } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { Dialog } from "@/shared/components/Dialog";
import { Failure } from "@/shared/components/Failure";
import { SelectField, TextArea } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { common } from "@/shared/i18n/common";
import { languageName } from "@/shared/i18n/languages";

import { PictureField } from "./PictureField";
import { NO_IMAGE } from "./questionForm";
import { texts } from "./texts";

const SHOWN = 60;

/** The passage that a question is about: one of the exam's, or a new one. */
export function PassageField(props: {
  examId: number;
  languages: readonly string[];
  value: string;
  error: string | undefined;
  onChange: (passageId: string) => void;
}) {
  const text = texts();
  const [isWriting, setWriting] = useState(false);
  const loaded = useLoaded(`passages ${props.examId}`, async (signal) => {
    const path = { exam_id: props.examId };
    return (await api.get("/admin/api/exams/{exam_id}/passages", { params: { path }, signal })).passages;
  });
  return (
    <div class="stack">
      <Failure error={loaded.error} onRetry={loaded.reload} />
      <SelectField
        label={text.passage}
        value={props.value}
        error={props.error}
        onChoice={props.onChange}
        options={[
          { value: "", text: text.noPassage },
          ...(loaded.data ?? []).map((passage) => ({ value: String(passage.id), text: passage.text.slice(0, SHOWN) })),
        ]}
      />
      <div>
        <Button size="small" onClick={() => setWriting(true)}>
          {text.newPassage}
        </Button>
      </div>
      {isWriting ? (
        <NewPassage
          {...props}
          onClose={() => setWriting(false)}
          onSaved={(id) => {
            setWriting(false);
            loaded.reload();
            props.onChange(String(id));
          }}
        />
      ) : null}
    </div>
  );
}

function NewPassage(props: {
  examId: number;
  languages: readonly string[];
  onClose: () => void;
  onSaved: (passageId: number) => void;
}) {
  const text = texts();
  const [words, setWords] = useState("");
  const [translations, setTranslations] = useState<Readonly<Record<string, string>>>({});
  const [image, setImage] = useState(NO_IMAGE);
  const saving = useAction(async () => {
    const given = Object.entries(translations).map(([language, translated]) => [language, translated.trim()] as const);
    const translated = Object.fromEntries(given.filter(([, passage]) => passage !== ""));
    const { passage } = await api.post("/admin/exams/{exam_id}/passages", {
      params: { path: { exam_id: props.examId } },
      body: { text: words.trim(), image: image.path, texts: translated },
    });
    props.onSaved(passage.id);
  });
  const errors = saving.error instanceof ApiError ? saving.error.fields : {};
  return (
    <Dialog title={text.newPassage} onClose={props.onClose} wide>
      <Form onSubmit={() => saving.run()} error={saving.error}>
        <TextArea label={text.passageText} rows={6} focusFirst value={words} error={errors.text} onText={setWords} />
        {props.languages.map((language) => (
          <TextArea
            key={language}
            label={text.passageIn(languageName(language))}
            lang={language}
            rows={6}
            value={translations[language] ?? ""}
            error={errors[`texts.${language}`]}
            onText={(translated) => setTranslations({ ...translations, [language]: translated })}
          />
        ))}
        <PictureField label={text.passagePicture} image={image} onChange={setImage} />
        <div class="dialog__actions">
          <Button onClick={props.onClose}>{common().cancel}</Button>
          <Button kind="primary" type="submit" busy={saving.isBusy}>
            {text.savePassage}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
