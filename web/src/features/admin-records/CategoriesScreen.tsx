import { useState } from "preact/hooks";

import { api, type Schema } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { useLoaded } from "@/shared/api/useLoaded";
import { Button } from "@/shared/components/Button";
import { ConfirmButton } from "@/shared/components/ConfirmButton";
import { Failure } from "@/shared/components/Failure";
import { FileField, TextField } from "@/shared/components/fields";
import { Form } from "@/shared/components/Form";
import { Loading } from "@/shared/components/Loading";
import { Page } from "@/shared/components/Page";

import { texts } from "./texts";

type Category = Schema<"AdminCategory">;

const PICTURES = "image/png,image/jpeg,image/gif,image/webp";

/** The categories of exams. */
export default function CategoriesScreen() {
  const text = texts();
  const loaded = useLoaded("categories", (signal) => api.get("/admin/api/categories", { signal }));
  return (
    <Page title={text.categories}>
      <NewCategory onCreated={loaded.reload} />
      <Failure error={loaded.error} onRetry={loaded.reload} />
      {!loaded.data && loaded.isLoading ? <Loading /> : null}
      {loaded.data?.categories.length === 0 ? <p class="muted">{text.none}</p> : null}
      <ul role="list" class="plain-list grid" aria-label={text.categories}>
        {loaded.data?.categories.map((category) => (
          <OneCategory key={category.id} category={category} onChange={loaded.reload} />
        ))}
      </ul>
    </Page>
  );
}

function NewCategory(props: { onCreated: () => void }) {
  const text = texts();
  const [name, setName] = useState("");
  const [image, setImage] = useState<File>();
  const creating = useAction(async () => {
    await api.post("/admin/categories/create", { body: { name: name.trim(), ...(image && { image }) } as never });
    setName("");
    props.onCreated();
  });
  return (
    <div class="card">
      <Form onSubmit={() => creating.run()} label={text.newCategory}>
        <Failure error={creating.error} />
        <TextField label={text.name} required maxLength={100} value={name} onText={setName} />
        <FileField label={text.picture} accept={PICTURES} onFiles={([file]) => setImage(file)} />
        <div>
          <Button type="submit" busy={creating.isBusy} disabled={name.trim() === ""}>
            {text.create}
          </Button>
        </div>
      </Form>
    </div>
  );
}

function OneCategory(props: { category: Category; onChange: () => void }) {
  const text = texts();
  const { category } = props;
  const path = { category_id: category.id };
  const [name, setName] = useState(category.name);
  const renaming = useAction(async () => {
    await api.post("/admin/categories/update/{category_id}", { params: { path }, body: { name: name.trim() } });
    props.onChange();
  });
  const remove = async (): Promise<void> => {
    await api.post("/admin/categories/delete/{category_id}", { params: { path } });
    props.onChange();
  };
  return (
    <li class="card stack">
      {category.image_url ? <img src={category.image_url} alt="" width="96" height="96" /> : null}
      <Failure error={renaming.error} />
      <TextField label={text.nameOf(category.name)} maxLength={100} value={name} onText={setName} />
      <div class="row">
        <Button
          size="small"
          onClick={() => renaming.run()}
          busy={renaming.isBusy}
          disabled={name.trim() === "" || name === category.name}
        >
          {text.rename(category.name)}
        </Button>
        <ConfirmButton name={text.remove(category.name)} size="small" onConfirm={remove}>
          {text.removeSure}
        </ConfirmButton>
      </div>
    </li>
  );
}
