package web

import (
	"fmt"
	"net/http"

	"github.com/storehand/storehand/internal/fault"
)

// ReceiptFile answers with a receipt as a download: "txt" is the note as it was
// signed, "json" what toJSON makes of it.
func ReceiptFile(w http.ResponseWriter, note, format string, toJSON func(string) ([]byte, error)) error {
	body, kind := []byte(note), "text/plain; charset=utf-8"
	switch format {
	case "txt":
	case "json":
		var err error
		if body, err = toJSON(note); err != nil {
			return err
		}
		kind = "application/json"
	default:
		return fault.New(fault.NotFound, "There is no such file.")
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="consent-receipt.%s"`, format))
	_, err := w.Write(body)
	return err
}
