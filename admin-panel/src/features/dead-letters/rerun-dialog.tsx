import { EditPayload } from "@/components/edit-payload";
import { rerunLetter, type LetterDetail } from "@/lib/dead-letters";
import { notify } from "@/lib/notify";

export const RerunDialog = ({ letter, onClose }: { letter: LetterDetail; onClose: () => void }) => (
  <EditPayload
    payload={letter.payload ?? {}}
    note={`A new job of ${letter.task} with this payload. The dead letter keeps the old one.`}
    run={(payload) => rerunLetter(letter.id, payload)}
    onRun={() => notify.done("It was run again as a new job.")}
    onClose={onClose}
  />
);
