package ui

// IconName names a drawing in assets/icons.svg.
type IconName string

const (
	IconSearch       IconName = "search"
	IconCart         IconName = "cart"
	IconUser         IconName = "user"
	IconUsers        IconName = "users"
	IconHeart        IconName = "heart"
	IconMenu         IconName = "menu"
	IconClose        IconName = "close"
	IconChevronDown  IconName = "chevron-down"
	IconChevronUp    IconName = "chevron-up"
	IconChevronRight IconName = "chevron-right"
	IconChevronLeft  IconName = "chevron-left"
	IconArrowLeft    IconName = "arrow-left"
	IconCheck        IconName = "check"
	IconWarning      IconName = "warning"
	IconInfo         IconName = "info"
	IconLock         IconName = "lock"
	IconEye          IconName = "eye"
	IconClock        IconName = "clock"
	IconHistory      IconName = "history"
	IconSettings     IconName = "settings"
	IconStore        IconName = "store"
	IconTag          IconName = "tag"
	IconBox          IconName = "box"
	IconHome         IconName = "home"
	IconLogout       IconName = "logout"
	IconAssist       IconName = "assist"
	IconExternal     IconName = "external"
	IconDownload     IconName = "download"
	IconFilter       IconName = "filter"
	IconColumns      IconName = "columns"
	IconPlus         IconName = "plus"
	IconMinus        IconName = "minus"
	IconTrash        IconName = "trash"
	IconEdit         IconName = "edit"
	IconMail         IconName = "mail"
	IconPhone        IconName = "phone"
	IconGlobe        IconName = "globe"
	IconMore         IconName = "more"
	IconSun          IconName = "sun"
	IconMoon         IconName = "moon"
	IconCopy         IconName = "copy"
	IconShield       IconName = "shield"
	IconSort         IconName = "sort"
	IconTruck        IconName = "truck"
	IconImage        IconName = "image"
	IconReport       IconName = "report"
)

// Icons lists every drawing, for the gallery and for the test that each exists.
var Icons = []IconName{
	IconSearch, IconCart, IconUser, IconUsers, IconHeart, IconMenu, IconClose, IconChevronDown,
	IconChevronUp, IconChevronRight, IconChevronLeft, IconArrowLeft, IconCheck, IconWarning, IconInfo,
	IconLock, IconEye, IconClock, IconHistory, IconSettings, IconStore, IconTag, IconBox, IconHome,
	IconLogout, IconAssist, IconExternal, IconDownload, IconFilter, IconColumns, IconPlus, IconMinus,
	IconTrash, IconEdit, IconMail, IconPhone, IconGlobe, IconMore, IconSun, IconMoon, IconCopy,
	IconShield, IconSort, IconTruck, IconImage, IconReport,
}
