/** Why policy-controller does not take a TUF repository. */
export class MirrorRefusal extends Error {
    public override readonly name = "MirrorRefusal";

    /**
     * @param found what is there, such as "snapshot.json with another hash than timestamp.json says"
     * @param instead what to do, as a sentence
     * @param isDoubtful where one of its versions may take it: 0.13.1 reads repositories by go-tuf 0.7, 0.15.1 by go-tuf 2
     */
    public constructor(
        public readonly found: string,
        public readonly instead: string,
        public readonly isDoubtful: boolean,
    ) {
        super(found);
    }
}

/** What to do about files that do not go together. */
const FETCH_ANEW =
    "Fetch the whole repository again from whoever runs it, and pack it unchanged: tar -czf - repository | base64 -w0.";

/** What to do about metadata of a form that not every client reads. */
const SIGN_ANEW =
    "Have whoever runs the repository write and sign it anew with a current tool, such as tuf-on-ci or python-tuf.";

/** @throws {@link MirrorRefusal} for what no version takes */
export function refuse(found: string, instead = FETCH_ANEW): never {
    throw new MirrorRefusal(found, instead, false);
}

/** @throws {@link MirrorRefusal} for what at least one version does not take */
export function doubt(found: string, instead = SIGN_ANEW): never {
    throw new MirrorRefusal(found, instead, true);
}
