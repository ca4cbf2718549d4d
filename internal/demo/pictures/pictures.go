// Package pictures draws the product pictures of the demo shop: flat, friendly
// drawings of things one could buy, always the same for the same arguments.
//
// It owns only pixels. Nothing is fetched and nothing is read from disk, so the
// demo works anywhere and infringes nobody's rights.
package pictures

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strconv"
	"strings"

	"golang.org/x/image/vector"
)

// Size is the width and height of every picture in pixels.
const Size = 640

// ContentType is the type of what PNG returns.
const ContentType = "image/png"

// tone is what a part of a drawing is made of; the palette says which colour.
type tone int

const (
	main   tone = iota // the thing itself
	shade              // its side away from the light
	light              // its side towards the light
	accent             // a second material
	deep               // the second material's shade
	cream              // paper, cloth, wax
	ink                // fine dark detail
	shadow             // on the floor
)

type palette struct {
	back, glow string
	colours    [8]string
}

var palettes = []palette{
	{"f3e7d7", "faf3e8", [8]string{"c8643f", "a94e2e", "dd8460", "e9b872", "cf9a50", "fff8ec", "4a2c20", "d9c4ab"}},
	{"e2ebe2", "f0f5ee", [8]string{"3f7a5e", "2f6049", "5f9a7c", "e3c27a", "c7a25a", "fdfaf0", "22372d", "bfd0c1"}},
	{"e3eaf2", "f1f5fa", [8]string{"3d6291", "2d4c75", "6086b5", "e6a07c", "cb7f5a", "fbfaf5", "1f2f47", "c0cedf"}},
	{"f4e4e3", "fbf1f0", [8]string{"b8566b", "974055", "d07d8f", "efc9a0", "d6a877", "fff9f2", "47222c", "dfc2c1"}},
	{"f2ecd6", "faf7ea", [8]string{"d9a43a", "bb8626", "edc268", "5b7d86", "446169", "fffaf0", "4a3a18", "d9cfae"}},
	{"e9e4ee", "f5f2f8", [8]string{"74608f", "5b4a74", "9582ae", "e8b98a", "cb9763", "fdfaf6", "30273f", "cdc3d8"}},
	{"e8e6e1", "f5f4f0", [8]string{"5a5f66", "44494f", "7c828a", "d98d5f", "b96f43", "fbf9f4", "26292d", "cbc8c0"}},
	{"dfeceb", "eff7f6", [8]string{"2f8082", "226567", "55a1a2", "f0c27d", "d3a058", "fdfbf4", "173a3b", "b9d3d1"}},
}

// Variants is the number of colour schemes.
func Variants() int { return len(palettes) }

// Shapes names the drawings, in a fixed order.
func Shapes() []string {
	names := make([]string, len(drawings))
	for i, d := range drawings {
		names[i] = d.name
	}
	return names
}

// PNG draws a shape in one of the colour schemes. An unknown shape becomes a
// parcel; variants wrap around.
func PNG(shape string, variant int) []byte {
	p := palettes[((variant%len(palettes))+len(palettes))%len(palettes)]
	img := image.NewRGBA(image.Rect(0, 0, Size, Size))
	draw.Draw(img, img.Bounds(), image.NewUniform(rgb(p.back)), image.Point{}, draw.Src)
	fill(img, "E50 47 40 40", rgb(p.glow))
	for _, l := range find(shape).layers {
		fill(img, l.path, rgb(p.colours[l.tone]))
	}
	var out bytes.Buffer
	encoder := png.Encoder{CompressionLevel: png.BestSpeed}
	// Writing to memory cannot fail.
	_ = encoder.Encode(&out, img)
	return out.Bytes()
}

func find(shape string) drawing {
	for _, d := range drawings {
		if d.name == shape {
			return d
		}
	}
	return parcel
}

func rgb(hex string) color.RGBA {
	n, _ := strconv.ParseUint(hex, 16, 32)
	return color.RGBA{uint8(n >> 16), uint8(n >> 8), uint8(n), 255}
}

// fill paints a path. The language is that of SVG paths, absolute only, on a
// field of 100 by 100, with two words more: E cx cy rx ry is an ellipse and
// R x y width height radius a rectangle with round corners.
func fill(img *image.RGBA, path string, c color.Color) {
	list := commands(path)
	box := bounds(list)
	// Only the part of the picture that the path can touch is worked on.
	pen := &pen{r: vector.NewRasterizer(box.Dx(), box.Dy()), x: float32(box.Min.X), y: float32(box.Min.Y)}
	for _, command := range list {
		pen.run(command.word, command.args)
	}
	pen.r.Draw(img, box, image.NewUniform(c), image.Point{})
}

// bounds is a frame around all points; curves stay within their handles.
func bounds(list []command) image.Rectangle {
	box := image.Rectangle{}
	for _, c := range list {
		a := c.args
		switch c.word {
		case 'E':
			box = box.Union(frame(a[0]-a[2], a[1]-a[3], a[0]+a[2], a[1]+a[3]))
		case 'R':
			box = box.Union(frame(a[0], a[1], a[0]+a[2], a[1]+a[3]))
		default:
			for ; len(a) >= 2; a = a[2:] {
				box = box.Union(frame(a[0], a[1], a[0], a[1]))
			}
		}
	}
	return box.Intersect(image.Rect(0, 0, Size, Size))
}

func frame(x0, y0, x1, y1 float32) image.Rectangle {
	return image.Rect(int(x0)-1, int(y0)-1, int(x1)+2, int(y1)+2)
}

type command struct {
	word byte
	args []float32
}

func commands(path string) []command {
	var list []command
	for i := 0; i < len(path); {
		end := i + 1
		for end < len(path) && (path[end] < 'A' || path[end] > 'Z') {
			end++
		}
		c := command{word: path[i]}
		for _, number := range strings.Fields(path[i+1 : end]) {
			n, err := strconv.ParseFloat(number, 32)
			if err != nil {
				panic("pictures: " + path)
			}
			c.args = append(c.args, float32(n)*Size/100)
		}
		list = append(list, c)
		i = end
	}
	return list
}

// pen draws with its origin moved to x, y.
type pen struct {
	r    *vector.Rasterizer
	x, y float32
}

func (p *pen) move(x, y float32) { p.r.MoveTo(x-p.x, y-p.y) }

func (p *pen) line(x, y float32) { p.r.LineTo(x-p.x, y-p.y) }

func (p *pen) quad(bx, by, x, y float32) { p.r.QuadTo(bx-p.x, by-p.y, x-p.x, y-p.y) }

func (p *pen) cube(bx, by, cx, cy, x, y float32) {
	p.r.CubeTo(bx-p.x, by-p.y, cx-p.x, cy-p.y, x-p.x, y-p.y)
}

func (p *pen) run(word byte, a []float32) {
	switch word {
	case 'M':
		p.move(a[0], a[1])
	case 'L':
		for ; len(a) >= 2; a = a[2:] {
			p.line(a[0], a[1])
		}
	case 'Q':
		for ; len(a) >= 4; a = a[4:] {
			p.quad(a[0], a[1], a[2], a[3])
		}
	case 'C':
		for ; len(a) >= 6; a = a[6:] {
			p.cube(a[0], a[1], a[2], a[3], a[4], a[5])
		}
	case 'Z':
		p.r.ClosePath()
	case 'E':
		p.ellipse(a[0], a[1], a[2], a[3])
	case 'R':
		p.roundRect(a[0], a[1], a[2], a[3], a[4])
	default:
		panic("pictures: no command " + string(word))
	}
}

// bend is how far the handles of a curve reach for it to be a quarter circle.
const bend = 0.5523

func (p *pen) ellipse(x, y, rx, ry float32) {
	bx, by := rx*bend, ry*bend
	p.move(x+rx, y)
	p.cube(x+rx, y+by, x+bx, y+ry, x, y+ry)
	p.cube(x-bx, y+ry, x-rx, y+by, x-rx, y)
	p.cube(x-rx, y-by, x-bx, y-ry, x, y-ry)
	p.cube(x+bx, y-ry, x+rx, y-by, x+rx, y)
	p.r.ClosePath()
}

func (p *pen) roundRect(x, y, w, h, r float32) {
	p.move(x+r, y)
	p.line(x+w-r, y)
	p.quad(x+w, y, x+w, y+r)
	p.line(x+w, y+h-r)
	p.quad(x+w, y+h, x+w-r, y+h)
	p.line(x+r, y+h)
	p.quad(x, y+h, x, y+h-r)
	p.line(x, y+r)
	p.quad(x, y, x+r, y)
	p.r.ClosePath()
}
