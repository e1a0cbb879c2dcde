export function webClientReady(): Promise<void>;
export function programReady(): Promise<void>;
export function programModule(): Promise<string>;
