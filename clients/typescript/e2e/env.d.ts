interface ImportMeta {
  readonly env: { readonly EXAM_API: string; readonly EXAM_ID: string };
}
