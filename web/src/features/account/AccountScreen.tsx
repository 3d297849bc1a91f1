import { Page } from "@/shared/components/Page";

export default function AccountScreen() {
  return <Page title="Account">{null}</Page>;
}
