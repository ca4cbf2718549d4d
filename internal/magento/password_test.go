package magento

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"
)

// The vectors are built here from the published construction, not with the code
// under test.
func hexMD5(s string) string    { h := md5.Sum([]byte(s)); return hex.EncodeToString(h[:]) }
func hexSHA256(s string) string { h := sha256.Sum256([]byte(s)); return hex.EncodeToString(h[:]) }
func hexArgon(s, salt16 string, passes, kib, length uint32) string {
	return hex.EncodeToString(argon2.IDKey([]byte(s), []byte(salt16), passes, kib, 1, length))
}

func TestEveryVersionOfAMagentoHashVerifies(t *testing.T) {
	const password = "Pässword 1:2"
	const salt32 = "0123456789abcdefGHIJKLMNOPQRSTUV"
	md5Hash, shaHash := hexMD5(salt32+password), hexSHA256(salt32+password)
	for _, c := range []struct{ name, hash string }{
		{"md5", md5Hash + ":" + salt32 + ":0"},
		{"sha256", shaHash + ":" + salt32 + ":1"},
		{"sha256 in capitals", strings.ToUpper(shaHash) + ":" + salt32 + ":1"},
		{"argon2id", hexArgon(password, salt32[:16], 2, 65536, 32) + ":" + salt32 + ":2"},
		{"agnostic argon2id", hexArgon(password, salt32[:16], 2, 65536, 32) + ":" + salt32 + ":3_32_2_67108864"},
		{"agnostic, own limits", hexArgon(password, salt32[:16], 3, 8192, 64) + ":" + salt32 + ":3_64_3_8388608"},
		{"short salt repeated", hexArgon(password, "abcdefabcdefabcd", 1, 64, 32) + ":abcdef:3_32_1_65536"},
		{"md5 then sha256", hexSHA256(salt32+md5Hash) + ":" + salt32 + ":0:1"},
		{"sha256 then argon2id", hexArgon(shaHash, salt32[:16], 2, 65536, 32) + ":" + salt32 + ":1:2"},
		{"md5, sha256, agnostic", hexArgon(hexSHA256(salt32+md5Hash), salt32[:16], 1, 64, 32) + ":" + salt32 + ":0:1:3_32_1_65536"},
		{"md5 of Magento 1", hexMD5("xy"+password) + ":xy"},
		{"sha256 without a version", shaHash + ":" + salt32},
		{"md5 without a salt", hexMD5(password)},
	} {
		t.Run(c.name, func(t *testing.T) {
			if ok, err := Verify(c.hash, password); err != nil || !ok {
				t.Errorf("the right password: %v, %v", ok, err)
			}
			if ok, err := Verify(c.hash, password+"x"); err != nil || ok {
				t.Errorf("a wrong password: %v, %v", ok, err)
			}
		})
	}
}

func TestWhatIsNoHashOrCostsTooMuchIsRefusedBeforeAnyWork(t *testing.T) {
	hash := hexSHA256("x")
	for _, bad := range []string{
		"", "secret", "*", hash + ":salt:9", hash + ":salt:", hash + ":salt:2:x", hash + "::2", hash + ":salt:3_32_2", hash + ":salt:3_32_2_-1",
		hash + ":salt:3_32_2_1073741824", hash + ":salt:3_32_1000_67108864", hash + ":salt:3_1024_2_67108864", hash + ":salt:3_0_0_0",
		hash + ":salt:0:0:0:0:0:0", "zz" + hash[2:] + ":salt:1", hash[:40] + ":salt", "$2y$10$abcdefghijklmnopqrstuv",
	} {
		if err := CheckHash(bad); err == nil {
			t.Errorf("CheckHash(%q) accepts it", bad)
		}
		if ok, err := Verify(bad, "secret"); ok || err == nil {
			t.Errorf("Verify(%q) = %v, %v", bad, ok, err)
		}
	}
}
