import { LETTERS } from "@/shared/format/letters";
import { RichText } from "@/shared/math/RichText";

import { type Options, type QuestionForm, translationOf } from "./questionForm";
import { texts } from "./texts";

/** A question as a student will see it, while it is typed. */
export function Preview(props: { form: QuestionForm; languages: readonly string[] }) {
  const text = texts();
  const { form } = props;
  const isEmpty = form.text.trim() === "" && form.image.path === "" && LETTERS.every((it) => form.options[it] === "");
  return (
    <section class="card editor__preview" aria-labelledby="preview">
      <h2 id="preview">{text.preview}</h2>
      {isEmpty ? <p class="muted">{text.previewEmpty}</p> : null}
      <Shown form={form} words={form.text} options={form.options} />
      {props.languages.map((language) => {
        const { text: words, options } = translationOf(form, language);
        return words === "" ? null : (
          <div key={language} lang={language} dir="auto" class="editor__translation">
            <Shown form={form} words={words} options={options} />
          </div>
        );
      })}
      {form.solution || form.solutionImage.url ? (
        <div class="multiline muted">
          {text.solution}: <RichText text={form.solution} />
          {form.solutionImage.url ? <img src={form.solutionImage.url} alt={text.solutionPicture} /> : null}
        </div>
      ) : null}
    </section>
  );
}

function Shown(props: { form: QuestionForm; words: string; options: Options }) {
  const text = texts();
  const { form, options } = props;
  const shown = LETTERS.filter((letter) => options[letter].trim() !== "" || form.optionImages[letter].url !== "");
  return (
    <>
      <p class="multiline">
        <RichText text={props.words} />
      </p>
      {form.image.url ? <img src={form.image.url} alt={text.pictureOf} /> : null}
      {form.type === "NUMERIC"
        ? null
        : shown.map((letter) => (
            <div key={letter} class="editor__option">
              <span aria-hidden="true">{form.type === "MCQ" ? "○" : "☐"}</span>
              <span>
                {letter}. <RichText text={options[letter]} />
                {form.optionImages[letter].url ? (
                  <img src={form.optionImages[letter].url} alt={text.optionPicture(letter)} />
                ) : null}
              </span>
            </div>
          ))}
    </>
  );
}
