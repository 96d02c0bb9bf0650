/** Units a person chose for heights. */
export type HeightUnits = 'mm' | 'cm' | 'inch';

const MM_PER_INCH = 25.4;

/** `1113 mm`, `111.3 cm` or `43.8 in`. */
export function heightText(heightMm: number, units: HeightUnits): string {
  switch (units) {
    case 'mm':
      return `${Math.round(heightMm)} mm`;
    case 'cm':
      return `${(heightMm / 10).toFixed(1)} cm`;
    case 'inch':
      return `${(heightMm / MM_PER_INCH).toFixed(1)} in`;
  }
}
