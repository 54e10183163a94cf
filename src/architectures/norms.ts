import type { Norm } from './spec.ts';

/** Full name of a norm's weight. */
export function normWeight({ tensor, bare }: Norm): string {
  return bare ? tensor : `${tensor}.weight`;
}
