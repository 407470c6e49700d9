/** The one generator of seedrandom that we load: its main file reaches for crypto on load. */
declare module 'seedrandom/lib/alea.js' {
  interface Alea {
    /** A number in [0, 1) with 32 bits of randomness. */
    (): number;
    int32(): number;
  }
  export default function alea(seed: string): Alea;
}
