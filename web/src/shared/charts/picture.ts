export type Colour = "accent" | "good" | "bad" | "warn" | "muted" | "violet";

/** What a chart shows: values by label, in one or more series. */
export interface Picture {
  readonly kind: "bar" | "line" | "doughnut";
  readonly labels: readonly string[];
  readonly series: readonly {
    readonly name: string;
    readonly values: readonly (number | null)[];
    /** One for the series, or one for each value. */
    readonly colours: readonly Colour[];
  }[];
  /** The upper end of the values' axis, where it is fixed. */
  readonly max?: number;
  readonly min?: number;
}
