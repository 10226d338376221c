/** What the cluster will say. */
export const Verdict = {
    /** The object is admitted without a word. */
    Admitted: "admitted",
    /** The object is admitted with a warning. */
    Warned: "warned",
    /** The object is refused. */
    Refused: "refused",
    /** It cannot be known from here; the reasons say what is missing. */
    Unknown: "unknown",
} as const;
export type Verdict = (typeof Verdict)[keyof typeof Verdict];

/** What one authority says of one image. */
export const AuthorityResult = { Passed: "passed", Failed: "failed", Unknown: "unknown" } as const;
export type AuthorityResult = (typeof AuthorityResult)[keyof typeof AuthorityResult];

/** What one policy says of one image: `warned` is a failure in `mode: warn`. */
export const PolicyResult = { Passed: "passed", Failed: "failed", Warned: "warned", Unknown: "unknown" } as const;
export type PolicyResult = (typeof PolicyResult)[keyof typeof PolicyResult];

/** One authority and what it says. */
export interface AuthorityVerdict {
    /** As the cluster calls it: `authority-0` where the policy gives no name. */
    name: string;
    result: AuthorityResult;
    /** Why, as one sentence. */
    reason: string;
    /** What to do about it, where something is known that helps: a command, or what to write instead. */
    advice?: string;
}

/** One policy that matches the image, and what it says. */
export interface PolicyVerdict {
    /** The ClusterImagePolicy's name. */
    name: string;
    /** The first of its globs that matches the image. */
    glob: string;
    result: PolicyResult;
    /** What the authorities do not say: why the policy may not be in force, or what else it asks. */
    reason?: string;
    authorities: AuthorityVerdict[];
}

/** One image of one object, and what the cluster will say of it. */
export interface ImageVerdict {
    /** As the object names it. */
    image: string;
    /** `sha256:…` of what the image stands for now; null where that is not known. */
    digest: string | null;
    verdict: Verdict;
    /** Why, as one sentence. */
    reason: string;
    /** The policies that match. */
    policies: PolicyVerdict[];
}

const RANK = [Verdict.Admitted, Verdict.Warned, Verdict.Unknown, Verdict.Refused] as const;

/** What becomes of an object with these images: one refusal is enough, and one unknown is, where nothing is refused. */
export function worstOf(verdicts: readonly Verdict[]): Verdict {
    return RANK[Math.max(0, ...verdicts.map((verdict) => RANK.indexOf(verdict)))] ?? Verdict.Admitted;
}
