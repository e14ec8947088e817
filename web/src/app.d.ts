// Names that SvelteKit's own types may ask for.
declare global {
  namespace App {
    interface Error {
      message: string;
      code?: string;
    }
    interface PageState {
      /** Set when the large view was opened from the list, so that closing it can go back. */
      fromList?: boolean;
    }
  }
}

export {};
