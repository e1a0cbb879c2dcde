/** The steps of trying a mail server out, in their order; a try ends with the first that fails. */
export const TRIAL_STEPS = ["dns", "connect", "tls", "sign_in", "folder", "send"] as const;
export type TrialStepName = (typeof TRIAL_STEPS)[number];

export interface TrialStep {
  name: TrialStepName;
  ok: boolean;
  /** What was found, or what is wrong and what to do about it. */
  message: string;
}
