import { api } from "@/shared/api/client";
import { useAction } from "@/shared/api/useAction";
import { Button } from "@/shared/components/Button";
import { Failure } from "@/shared/components/Failure";
import { FileField } from "@/shared/components/fields";

import { type Image, NO_IMAGE } from "./questionForm";
import { texts } from "./texts";

/** A picture that is uploaded as soon as it is chosen or dropped. */
export function PictureField(props: { label: string; image: Image; onChange: (image: Image) => void }) {
  const text = texts();
  const { image } = props;
  const uploading = useAction(async (file: File) => {
    const answer = await api.post("/admin/images", { body: { image: file } as never });
    const { image_path: path, image_url: url } = answer as { image_path: string; image_url: string };
    props.onChange({ path, url });
  });
  return (
    <div class="stack">
      <FileField
        label={props.label}
        hint={uploading.isBusy ? text.uploading : text.pictureHint}
        accept="image/png,image/jpeg,image/gif,image/webp"
        onFiles={([file]) => file && uploading.run(file)}
      />
      <Failure error={uploading.error} />
      {image.path ? (
        <div class="row">
          {image.url ? <img src={image.url} alt={props.label} class="editor__picture" /> : null}
          <Button kind="quiet" size="small" onClick={() => props.onChange(NO_IMAGE)}>
            {text.removePicture(props.label)}
          </Button>
        </div>
      ) : null}
    </div>
  );
}
