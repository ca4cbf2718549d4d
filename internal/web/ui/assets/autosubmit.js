// autosubmit
